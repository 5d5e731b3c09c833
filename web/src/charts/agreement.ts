import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, draw, extent, is_narrow, row_layout, tick_digits, tip_style, x_axis, y_axis, type ChartContext } from "./frame";
import { growth_ticks } from "./log_axis";

/** The estimated effect of the agreement, one row per variant of the estimate. */
export function agreement_estimates(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const effect = (log: number | null) => (log === null ? "–" : locale.number.percent(Math.expm1(log), 0, true));
  // Controls are in the table; the chart is about the agreement of the claim, where it is named.
  const own = context.claim.agreement.toLowerCase();
  const about = (term: string) => term === own || term.startsWith(`${own}_`);
  const estimates = table.rows.filter((row) => row.number("beta") !== null);
  const named = own && estimates.some((row) => about(row.text("term")));
  const rows = estimates
    .filter((row) => !named || about(row.text("term")))
    .map((row, place) => ({
      key: String(place),
      label: row.text("variant"),
      term: !named ? row.text("term") : row.text("term").slice(own.length + 1).replaceAll("_", " "),
      beta: row.number("beta")!,
      low: row.number("low"),
      high: row.number("high"),
      effect: row.number("percent_effect"),
      certified: row.cell("certified") !== false,
    }));
  if (!rows.length) return null;
  const layout = row_layout(
    rows.map((row) => ({
      key: row.key,
      label: row.label,
      note: [row.term, row.certified ? "" : locale.text.not_certified].filter(Boolean).join(", "),
      value: `${locale.number.percent(row.effect ?? Math.expm1(row.beta), 1, true)}` +
        (row.low === null || row.high === null ? "" : ` (${effect(row.low)} ${locale.text.to} ${effect(row.high)})`),
    })),
    context);
  const [low, high] = extent(rows.flatMap((row) => [0, row.beta, row.low, row.high]), [0, 0]);
  const room = (high - low || 1) * 0.06;
  const domain: [number, number] = [low - room, high + room];
  const ticks = growth_ticks(domain, context.width < 480 ? 5 : 8);
  return draw(context, {
    height: layout.height + 48,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: 8,
    marginBottom: 40,
    x: { domain },
    y: layout.y,
    marks: [
      x_axis({ ticks: ticks.map((tick) => tick.at), tickFormat: (at: number) => locale.number.percent(Math.expm1(at), 0, true) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      layout.backdrop,
      Plot.ruleY(rows.filter((row) => row.low !== null && row.high !== null), {
        y: "key", x1: "low", x2: "high", stroke: colour.evidence_soft, strokeWidth: 9, strokeLinecap: "round", dy: layout.shift }),
      Plot.dot(rows, { y: "key", x: "beta", r: 5.5, stroke: colour.evidence, strokeWidth: 2, dy: layout.shift,
                       fill: (row) => (row.certified ? colour.evidence : colour.paper) }),
      ...layout.marks,
    ],
  });
}

/** The share of the growth under each way in which the effect may build up. */
export function phase_in(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const rows = table.rows
    .filter((row) => row.number("mid") !== null)
    .map((row, place) => ({
      key: String(place),
      profile: row.text("profile"),
      low: row.number("low"),
      mid: row.number("mid")!,
      high: row.number("high"),
    }));
  if (!rows.length) return null;
  const layout = row_layout(
    rows.map((row) => ({
      key: row.key, label: row.profile, value: locale.number.interval(row.low, row.mid, row.high, locale.text.to),
    })),
    context);
  const [low, high] = extent(rows.flatMap((row) => [0, row.low, row.mid, row.high]), [0, 0]);
  const room = (high - low || 1) * 0.06;
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
      Plot.dot(rows, { y: "key", x: "mid", r: 5.5, fill: colour.evidence, dy: layout.shift }),
      ...layout.marks,
    ],
  });
}

/** Trade among the members year by year against the base year, with intervals. */
export function agreement_path(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const narrow = is_narrow(context);
  const points = table.rows
    .filter((row) => row.number("year") !== null && row.number("beta") !== null)
    .map((row) => ({
      year: row.number("year")!,
      beta: row.number("beta")!,
      low: row.number("low"),
      high: row.number("high"),
      reference: row.flag("reference"),
    }))
    .sort((a, b) => a.year - b.year);
  if (points.length < 2) return null;
  const reference = points.filter((point) => point.reference);
  const [low, high] = extent(points.flatMap((point) => [0, point.beta, point.low, point.high]), [0, 0]);
  const room = (high - low || 1) * 0.08;
  const domain: [number, number] = [low - room, high + room];
  const ticks = growth_ticks(domain, 7);
  const first = points[0]!.year;
  const last = points[points.length - 1]!.year;
  const min_gap = (last - first) / (narrow ? 7 : 16);
  const years = points.map((point) => point.year)
    .filter((year, place, all) => place === all.length - 1 || all[all.length - 1]! - year >= min_gap);
  return draw(context, {
    height: narrow ? 270 : 320,
    marginLeft: 54,
    marginRight: 20,
    marginTop: 28,
    marginBottom: 34,
    x: { domain: [first - 0.5, last + 0.5] },
    y: { domain },
    marks: [
      reference.length
        ? Plot.rect([0], { x1: first - 0.5, x2: reference[0]!.year, fill: colour.other_soft, fillOpacity: 0.45 }) : null,
      y_axis({ ticks: ticks.map((tick) => tick.at), tickFormat: (at: number) => locale.number.percent(Math.expm1(at), 0, true) }),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.axisX({ ticks: years, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null, tickFormat: (year: number) => String(year) }),
      Plot.lineY(points, { x: "year", y: "beta", stroke: colour.evidence, strokeWidth: 2 }),
      Plot.ruleX(points.filter((point) => point.low !== null && point.high !== null), {
        x: "year", y1: "low", y2: "high", stroke: colour.evidence, strokeWidth: 1.5, marker: "tick" }),
      Plot.dot(points, { x: "year", y: "beta", r: 5, stroke: colour.evidence, strokeWidth: 2,
                         fill: (point) => (point.reference ? colour.paper : colour.evidence) }),
      reference.length ? Plot.text([0], { x: first - 0.5, frameAnchor: "top", textAnchor: "start", dy: -16, fill: colour.faint,
                                          text: () => locale.text.before_base_year(reference[0]!.year) }) : null,
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "year", y: "beta",
        title: (point) => `${point.year}\n${locale.number.percent(Math.expm1(point.beta), 1, true)}` +
          (point.low === null || point.high === null ? ""
            : `\n${locale.number.percent(Math.expm1(point.low), 0, true)} ${locale.text.to} ${locale.number.percent(Math.expm1(point.high), 0, true)}`) })),
    ],
  });
}
