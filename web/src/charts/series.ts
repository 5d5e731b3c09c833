import * as Plot from "@observablehq/plot";
import { month_date } from "../format/month";
import type { Table } from "../result/table";
import { colour, colour_key, draw, is_narrow, tip_style, y_axis, type ChartContext } from "./frame";

interface Span {
  from: Date;
  to: Date;
  fill: string;
}

/** Monthly trade with the claimed and the comparison window shaded; blank months leave a gap. */
export function series(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const narrow = is_narrow(context);
  const points = table.rows
    .filter((row) => month_date(row.text("month")))
    .map((row) => ({
      month: row.text("month"),
      date: month_date(row.text("month"))!,
      exports: row.number("exports_musd"),
      imports: row.number("imports_musd"),
      turnover: row.number("turnover_musd"),
      window: row.text("in_window"),
    }));
  if (!points.some((point) => point.turnover !== null)) return null;
  const spans: Span[] = ["versus", "claimed"].flatMap((kind) => {
    const dates = points.filter((point) => point.window === kind).map((point) => point.date.getTime());
    if (!dates.length) return [];
    const end = new Date(Math.max(...dates));
    end.setUTCMonth(end.getUTCMonth() + 1);
    return [{ from: new Date(Math.min(...dates)), to: end, fill: kind === "claimed" ? colour.claim_soft : colour.other_soft }];
  });
  const margin_left = 46;
  const key = colour_key(
    [
      { label: locale.text.turnover, colour: colour.ink, shape: "line" },
      { label: locale.text.exports, colour: colour.evidence, shape: "line" },
      { label: locale.text.imports, colour: colour.other, shape: "line" },
      ...(spans.length
        ? [
            { label: locale.text.claimed_window, colour: colour.claim_soft, shape: "square" as const },
            { label: locale.text.comparison_window, colour: colour.other_soft, shape: "square" as const },
          ]
        : []),
    ],
    context, margin_left);
  return draw(context, {
    height: (narrow ? 250 : 300) + key.height,
    marginLeft: margin_left,
    marginRight: 8,
    marginTop: key.height + 6,
    marginBottom: 30,
    x: { type: "utc", insetLeft: 22 },
    y: { zero: true, nice: true },
    marks: [
      Plot.rect(spans, { x1: "from", x2: "to", fill: "fill" }),
      y_axis({ ticks: 5, tickFormat: (tick: number) => locale.number.plain(tick) }),
      Plot.axisX({ ticks: narrow ? 4 : 8, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                   tickFormat: (date: Date) => String(date.getUTCFullYear()) }),
      Plot.lineY(points, { x: "date", y: (point) => point.imports ?? NaN, stroke: colour.other, strokeWidth: 1.25 }),
      Plot.lineY(points, { x: "date", y: (point) => point.exports ?? NaN, stroke: colour.evidence, strokeWidth: 1.25 }),
      Plot.lineY(points, { x: "date", y: (point) => point.turnover ?? NaN, stroke: colour.ink, strokeWidth: 1.75 }),
      Plot.ruleY([0], { stroke: colour.faint }),
      Plot.tip(points.filter((point) => point.turnover !== null), Plot.pointerX({ ...tip_style, x: "date", y: "turnover",
        title: (point) => `${locale.month.month(point.month)}\n${locale.text.turnover}: ${locale.number.plain(point.turnover)}\n` +
          `${locale.text.exports}: ${locale.number.plain(point.exports)}\n${locale.text.imports}: ${locale.number.plain(point.imports)}` })),
      ...key.marks,
    ],
  });
}
