import * as Plot from "@observablehq/plot";
import { month_date } from "../format/month";
import type { Table } from "../result/table";
import { colour, colour_key, draw, is_narrow, tip_style, y_axis, type ChartContext } from "./frame";

/** A goal month by month: the value, the path to the target, and where the last value points to at the due month. */
export function plan_path(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const unit = table.columns.find((column) => column.name === "value")?.unit ?? "";
  const written = (value: number | null) => value === null ? locale.text.no_data
    : unit === "fraction" ? locale.number.percent(value, 2) : locale.number.plain(value);
  const points = table.rows
    .filter((row) => month_date(row.text("month")))
    .map((row) => ({
      month: row.text("month"),
      date: month_date(row.text("month"))!,
      value: row.number("value"),
      path: row.number("path")!,
      status: row.text("status"),
    }));
  if (!points.some((point) => point.value !== null)) return null;
  const narrow = is_narrow(context);
  const margin_left = 52;
  const key = colour_key(
    [
      { label: locale.text.values["value"] ?? "value", colour: colour.ink, shape: "line" },
      { label: locale.text.plan_path, colour: colour.evidence, shape: "dash" },
    ],
    context, margin_left);
  return draw(context, {
    height: (narrow ? 220 : 260) + key.height,
    marginLeft: margin_left,
    marginRight: 8,
    marginTop: key.height + 6,
    marginBottom: 30,
    x: { type: "utc", insetLeft: 22 },
    y: { nice: true },
    marks: [
      y_axis({ ticks: 5, tickFormat: (tick: number) => unit === "fraction" ? locale.number.percent(tick, 1) : locale.number.plain(tick) }),
      Plot.axisX({ ticks: narrow ? 4 : 8, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                   tickFormat: (date: Date) => date.getUTCMonth() ? "" : String(date.getUTCFullYear()) }),
      Plot.lineY(points, { x: "date", y: "path", stroke: colour.evidence, strokeWidth: 2, strokeDasharray: "5 4" }),
      Plot.lineY(points, { x: "date", y: (point) => point.value ?? NaN, stroke: colour.ink, strokeWidth: 1.75 }),
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "date", y: (point) => point.value ?? point.path,
        title: (point) => `${locale.month.month(point.month)}: ${locale.text.values[point.status] ?? point.status}\n` +
          `${locale.text.values["value"] ?? "value"}: ${written(point.value)}\n${locale.text.plan_path}: ${written(point.path)}` })),
      ...key.marks,
    ],
  });
}
