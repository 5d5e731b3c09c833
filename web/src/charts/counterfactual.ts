import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, colour_key, draw, extent, is_narrow, row_layout, tick_digits, tip_style, x_axis, y_axis, type ChartContext } from "./frame";

/** Trade as it was and as it would have been without the agreement, with the gap shaded by sign. */
export function counterfactual(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const narrow = is_narrow(context);
  const points = table.rows
    .filter((row) => row.number("year") !== null)
    .map((row) => ({
      year: row.number("year")!,
      with: row.number("observed_musd") ?? row.number("with_musd"),
      without: row.number("without_musd"),
      low: row.number("without_low_musd"),
      high: row.number("without_high_musd"),
    }))
    .filter((point): point is typeof point & { with: number; without: number } => point.with !== null && point.without !== null)
    .sort((a, b) => a.year - b.year);
  if (points.length < 2) return null;
  const margin_left = 54;
  const key = colour_key(
    [
      { label: locale.text.with_agreement, colour: colour.ink, shape: "line" },
      { label: locale.text.without_agreement, colour: colour.claim, shape: "dash" },
      { label: locale.text.range_of_draws, colour: colour.claim_soft, shape: "square" },
    ],
    context, margin_left);
  const [, high] = extent(points.flatMap((point) => [point.with, point.without, point.high]), [0, 1]);
  const first = points[0]!.year;
  const last = points[points.length - 1]!.year;
  const min_gap = (last - first) / (narrow ? 6 : 14);
  const years = points.map((point) => point.year)
    .filter((year, place, all) => place === all.length - 1 || all[all.length - 1]! - year >= min_gap);
  return draw(context, {
    height: (narrow ? 250 : 300) + key.height,
    marginLeft: margin_left,
    marginRight: 20,
    marginTop: key.height + 4,
    marginBottom: 34,
    x: { domain: [first - (last - first) * 0.03, last + (last - first) * 0.03] },
    y: { domain: [0, high * 1.06] },
    marks: [
      Plot.areaY(points.filter((point) => point.low !== null && point.high !== null), {
        x: "year", y1: "low", y2: "high", fill: colour.claim_soft }),
      y_axis({ ticks: 5, tickFormat: (tick: number) => locale.number.plain(tick) }),
      Plot.axisX({ ticks: years, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null, tickFormat: (year: number) => String(year) }),
      Plot.differenceY(points, { x: "year", y1: "without", y2: "with", stroke: "none",
                                 positiveFill: colour.evidence, positiveFillOpacity: 0.35,
                                 negativeFill: colour.claim, negativeFillOpacity: 0.35 }),
      Plot.lineY(points, { x: "year", y: "without", stroke: colour.claim, strokeWidth: 2, strokeDasharray: "5 4" }),
      Plot.lineY(points, { x: "year", y: "with", stroke: colour.ink, strokeWidth: 2 }),
      Plot.dot(points, { x: "year", y: "with", r: 3.5, fill: colour.ink }),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "year", y: "with",
        title: (point) => `${point.year}\n${locale.text.with_agreement}: ${locale.number.plain(point.with)}\n` +
          `${locale.text.without_agreement}: ${locale.number.plain(point.without)}` +
          (point.low === null || point.high === null ? "" : ` (${locale.number.plain(point.low)} ${locale.text.to} ${locale.number.plain(point.high)})`) })),
      ...key.marks,
    ],
  });
}

/** Change of each member's real income, with its interval. */
export function counterfactual_members(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const rows = table.rows
    .filter((row) => row.number("real_income_change") !== null)
    .map((row) => ({
      key: row.text("economy"),
      name: row.text("name") || row.text("economy"),
      change: row.number("real_income_change")!,
      low: row.number("low"),
      high: row.number("high"),
    }));
  if (!rows.length) return null;
  const [low, high] = extent(rows.flatMap((row) => [0, row.change, row.low, row.high]), [0, 0]);
  const digits = high - low < 0.005 ? 3 : high - low < 0.1 ? 2 : 1;
  const layout = row_layout(
    rows.map((row) => ({
      key: row.key,
      label: row.name,
      value: locale.number.percent(row.change, digits, true) +
        (row.low === null || row.high === null ? ""
          : ` (${locale.number.percent(row.low, digits)} ${locale.text.to} ${locale.number.percent(row.high, digits)})`),
    })),
    context);
  const room = (high - low || 0.01) * 0.06;
  const domain: [number, number] = [low - room, high + room];
  const n_ticks = context.width < 480 ? 4 : 7;
  return draw(context, {
    height: layout.height + 48,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: 8,
    marginBottom: 40,
    x: { domain },
    y: layout.y,
    marks: [
      x_axis({ ticks: n_ticks, tickFormat: (tick: number) => locale.number.percent(tick, tick_digits(domain, n_ticks)) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      layout.backdrop,
      Plot.ruleY(rows.filter((row) => row.low !== null && row.high !== null), {
        y: "key", x1: "low", x2: "high", stroke: colour.evidence_soft, strokeWidth: 9, strokeLinecap: "round", dy: layout.shift }),
      Plot.dot(rows, { y: "key", x: "change", r: 5.5, fill: colour.evidence, dy: layout.shift }),
      ...layout.marks,
    ],
  });
}
