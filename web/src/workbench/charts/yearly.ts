import * as Plot from "@observablehq/plot";
import { colour, colour_key, draw, is_narrow, tip_style, y_axis, type Chart } from "../../charts/frame";

/** Yearly flows of a pair, one line for each direction; the side that is not shown stays as thin lines. */
export function yearly(words: { first: string; second: string }, first: string): Chart {
  return (table, context) => {
    const points = table.rows.filter((row) => row.number("shown_musd") !== null).map((row) => ({
      year: row.number("year")!, value: row.number("shown_musd")!, first: row.text("exporter") === first,
      exporter: row.number("exporter_reported_musd"), importer: row.number("importer_reported_musd"),
    })).sort((a, b) => a.year - b.year);
    if (points.length < 2) return null;
    const { number } = context.locale;
    const directions = [true, false].map((way) => points.filter((point) => point.first === way));
    const tone = (way: boolean) => (way ? colour.evidence : colour.claim);
    const key = colour_key([
      { label: words.first, colour: tone(true), shape: "line" }, { label: words.second, colour: tone(false), shape: "line" },
    ], context, 54);
    const years = [...new Set(points.map((point) => point.year))];
    return draw(context, {
      height: (is_narrow(context) ? 240 : 300) + key.height, marginLeft: 54, marginRight: 12, marginTop: key.height + 6, marginBottom: 30,
      x: { insetLeft: 12, insetRight: 12 }, y: { zero: true, nice: true },
      marks: [
        y_axis({ ticks: 5, tickFormat: (tick: number) => number.plain(tick) }),
        Plot.axisX({ ticks: years.filter((_, place) => (years.length - 1 - place) % Math.ceil(years.length / (is_narrow(context) ? 6 : 12)) === 0),
                     tickSize: 0, tickPadding: 8, fill: colour.faint, label: null, tickFormat: (year: number) => String(year) }),
        Plot.ruleY([0], { stroke: colour.faint }),
        ...directions.flatMap((way, place) => ["exporter", "importer"].map((side) =>
          Plot.lineY(way.filter((point) => point[side as "exporter" | "importer"] !== null), {
            x: "year", y: side, stroke: tone(place === 0), strokeWidth: 1, strokeOpacity: 0.45, strokeDasharray: side === "exporter" ? "2 3" : "6 3" }))),
        ...directions.map((way, place) => Plot.lineY(way, { x: "year", y: "value", stroke: tone(place === 0), strokeWidth: 2.25 })),
        ...directions.map((way, place) => Plot.dot(way, { x: "year", y: "value", fill: tone(place === 0), r: 3.5 })),
        Plot.tip(points, Plot.pointer({ ...tip_style, x: "year", y: "value",
          title: (point) => `${point.year}, ${point.first ? words.first : words.second}\n${number.plain(point.value)}` })),
        ...key.marks,
      ],
    });
  };
}
