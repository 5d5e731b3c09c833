import * as Plot from "@observablehq/plot";
import { month_date } from "../format/month";
import type { Table } from "../result/table";
import { colour, colour_key, draw, extent, is_narrow, tick_digits, tip_style, y_axis, type ChartContext } from "./frame";
import { growth_ticks } from "./log_axis";

interface Point {
  month: string;
  date: Date;
  observed: number;
  synthetic: number;
  effect: number;
  low: number;
  high: number;
}

function points_of(table: Table): Point[] {
  return table.rows
    .filter((row) => month_date(row.text("month")) && row.number("effect_log") !== null)
    .map((row) => ({
      month: row.text("month"),
      date: month_date(row.text("month"))!,
      observed: row.number("observed_musd")!,
      synthetic: row.number("synthetic_musd")!,
      effect: row.number("effect_log")!,
      low: row.number("low") ?? NaN,
      high: row.number("high") ?? NaN,
    }));
}

/** The first month after the start, and the two windows, as marks under the lines. */
function background(table: Table): Plot.Markish[] {
  const spans = ["versus", "claimed"].flatMap((kind) => {
    const dates = table.rows.filter((row) => row.text("in_window") === kind).map((row) => month_date(row.text("month"))!.getTime());
    if (!dates.length) return [];
    const end = new Date(Math.max(...dates));
    end.setUTCMonth(end.getUTCMonth() + 1);
    return [{ from: new Date(Math.min(...dates)), to: end, fill: kind === "claimed" ? colour.claim_soft : colour.other_soft }];
  });
  const start = table.rows.find((row) => row.flag("after"));
  return [
    Plot.rect(spans, { x1: "from", x2: "to", fill: "fill" }),
    start ? Plot.ruleX([month_date(start.text("month"))], { stroke: colour.faint, strokeDasharray: "2 3" }) : null,
  ];
}

function year_axis(context: ChartContext): Plot.Markish {
  return Plot.axisX({ ticks: is_narrow(context) ? 4 : 8, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                      tickFormat: (date: Date) => String(date.getUTCFullYear()) });
}

/** Monthly trade of the pair and of its synthetic control; the windows are shaded. */
export function synthetic_path(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const points = points_of(table);
  if (points.length < 2) return null;
  const margin_left = 46;
  const key = colour_key(
    [
      { label: locale.text.observed, colour: colour.ink, shape: "line" },
      { label: locale.text.synthetic, colour: colour.evidence, shape: "dash" },
      { label: locale.text.claimed_window, colour: colour.claim_soft, shape: "square" },
      { label: locale.text.comparison_window, colour: colour.other_soft, shape: "square" },
    ],
    context, margin_left);
  return draw(context, {
    height: (is_narrow(context) ? 250 : 300) + key.height,
    marginLeft: margin_left,
    marginRight: 8,
    marginTop: key.height + 6,
    marginBottom: 30,
    x: { type: "utc", insetLeft: 22 },
    y: { zero: true, nice: true },
    marks: [
      ...background(table),
      y_axis({ ticks: 5, tickFormat: (tick: number) => locale.number.plain(tick) }),
      year_axis(context),
      Plot.lineY(points, { x: "date", y: "synthetic", stroke: colour.evidence, strokeWidth: 2, strokeDasharray: "5 4" }),
      Plot.lineY(points, { x: "date", y: "observed", stroke: colour.ink, strokeWidth: 1.75 }),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "date", y: "observed",
        title: (point) => `${locale.month.month(point.month)}\n${locale.text.observed}: ${locale.number.plain(point.observed)}\n` +
          `${locale.text.synthetic}: ${locale.number.plain(point.synthetic)}` })),
      ...key.marks,
    ],
  });
}

/** Recorded over synthetic trade, with the band that partners outside the agreement keep within. */
export function synthetic_gap(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const points = points_of(table);
  if (points.length < 2) return null;
  const margin_left = 52;
  const key = colour_key(
    [
      { label: locale.text.gap_to_synthetic, colour: colour.ink, shape: "line" },
      { label: locale.text.placebo_band, colour: colour.other_soft, shape: "square" },
    ],
    context, margin_left);
  const [low, high] = extent(points.flatMap((point) => [point.effect, point.low, point.high]), [0, 0]);
  const room = (high - low || 0.1) * 0.04;
  const ticks = growth_ticks([low - room, high + room], 6);
  const digits = tick_digits([Math.expm1(low), Math.expm1(high)], 6);
  return draw(context, {
    height: (is_narrow(context) ? 230 : 260) + key.height,
    marginLeft: margin_left,
    marginRight: 8,
    marginTop: key.height + 6,
    marginBottom: 30,
    x: { type: "utc", insetLeft: 8 },
    y: { domain: [low - room, high + room] },
    marks: [
      Plot.areaY(points, { x: "date", y1: "low", y2: "high", fill: colour.other_soft }),
      ...background(table).slice(1),
      y_axis({ ticks: ticks.map((tick) => tick.at), tickFormat: (tick: number) => locale.number.percent(Math.expm1(tick), digits, true) }),
      year_axis(context),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.lineY(points, { x: "date", y: "effect", stroke: colour.ink, strokeWidth: 1.75 }),
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "date", y: "effect",
        title: (point) => `${locale.month.month(point.month)}\n${locale.number.percent(Math.expm1(point.effect), 1, true)}` })),
      ...key.marks,
    ],
  });
}
