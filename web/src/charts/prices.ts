import * as Plot from "@observablehq/plot";
import { month_date } from "../format/month";
import type { Table } from "../result/table";
import { colour, colour_key, draw, extent, is_narrow, tip_style, y_axis, type ChartContext } from "./frame";
import { growth_ticks } from "./log_axis";

/** Twelve-month change of trade as observed and as prices predict it, with the interval. */
export function prices(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale, claim } = context;
  const narrow = is_narrow(context);
  const by_month = new Map(table.rows.map((row) => [row.text("month"), row]));
  const points = [...by_month.entries()]
    .filter(([month]) => month_date(month))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, row]) => ({
      month,
      date: month_date(month)!,
      observed: row.number("observed_log_change_12m") ?? NaN,
      predicted: row.number("predicted_log_change_12m") ?? NaN,
      low: row.number("low") ?? NaN,
      high: row.number("high") ?? NaN,
    }));
  if (points.length < 2) return null;
  const [first, last] = claim.window.split("..").map((month) => month_date(month ?? ""));
  const windows = first && last ? [{ from: first, to: new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth() + 1, 1)) }] : [];
  const margin_left = 54;
  const key = colour_key(
    [
      { label: locale.text.observed, colour: colour.ink, shape: "line" },
      { label: locale.text.predicted_by_prices, colour: colour.evidence, shape: "dash" },
      { label: locale.text.prediction_interval, colour: colour.evidence_soft, shape: "square" },
      { label: locale.text.claimed_window, colour: colour.claim_soft, shape: "square" },
    ],
    context, margin_left);
  const [low, high] = extent(points.flatMap((point) => [point.observed, point.predicted, point.low, point.high]), [0, 0]);
  const domain: [number, number] = [low - 0.03, high + 0.03];
  const ticks = growth_ticks(domain, narrow ? 6 : 8);
  return draw(context, {
    height: (narrow ? 250 : 300) + key.height,
    marginLeft: margin_left,
    marginRight: 10,
    marginTop: key.height + 4,
    marginBottom: 32,
    x: { type: "utc", insetLeft: 22 },
    y: { domain },
    marks: [
      Plot.rect(windows, { x1: "from", x2: "to", fill: colour.claim_soft }),
      Plot.areaY(points, { x: "date", y1: "low", y2: "high", fill: colour.evidence_soft, fillOpacity: 0.5 }),
      y_axis({ ticks: ticks.map((tick) => tick.at), tickFormat: (at: number) => locale.number.percent(Math.expm1(at), 0, true) }),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.axisX({ ticks: narrow ? 4 : 8, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                   tickFormat: (date: Date) => String(date.getUTCFullYear()) }),
      Plot.lineY(points, { x: "date", y: "predicted", stroke: colour.evidence, strokeWidth: 2, strokeDasharray: "5 4" }),
      Plot.lineY(points, { x: "date", y: "observed", stroke: colour.ink, strokeWidth: 2 }),
      Plot.tip(points.filter((point) => Number.isFinite(point.observed)), Plot.pointerX({ ...tip_style, x: "date", y: "observed",
        title: (point) => `${locale.month.month(point.month)}\n${locale.text.observed}: ${locale.number.percent(Math.expm1(point.observed), 1, true)}\n` +
          `${locale.text.predicted_by_prices}: ${locale.number.percent(Math.expm1(point.predicted), 1, true)}` })),
      ...key.marks,
    ],
  });
}
