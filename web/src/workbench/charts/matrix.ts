import { colour, is_narrow, text_size, type Chart } from "../../charts/frame";
import { text_width } from "../../format/text_width";
import { diverging } from "./diverging";
import { diverging_key } from "./diverging_key";
import { chart_svg } from "./rows";
import { svg, type Drawing } from "../../charts/drawing";

/** Change of trade of every pair of the economies given: exporters down, importers across. */
export const matrix: Chart = (table, context) => {
  const rows = table.rows.filter((row) => row.number("change") !== null);
  const codes = [...new Set(table.rows.map((row) => row.text("exporter")))];
  if (!rows.length || codes.length < 2) return null;
  const { number } = context.locale;
  const scale = diverging(rows.map((row) => row.number("change")));
  const names = new Map(table.rows.map((row) => [row.text("exporter"), row.text("exporter_name")]));
  const narrow = is_narrow(context);
  const size = text_size(context) - 1;
  const label = (code: string) => (narrow ? code : names.get(code) ?? code);
  const left = 10 + Math.max(...codes.map((code) => text_width(label(code), size)));
  const cell = Math.min(34, (context.width - left) / codes.length);
  const top = 46;
  const nodes: Drawing[] = [];
  codes.forEach((code, place) => {
    nodes.push(svg("text", { x: left - 8, y: top + (place + 0.5) * cell, dy: "0.35em", "text-anchor": "end", "font-size": size, fill: colour.ink }, label(code)));
    nodes.push(svg("text", { x: left + (place + 0.5) * cell, y: top - 8, "text-anchor": "start", "font-size": size - 1, fill: colour.ink,
                             transform: `rotate(-55 ${left + (place + 0.5) * cell} ${top - 8})` }, code));
  });
  for (const row of rows) {
    const from = codes.indexOf(row.text("exporter"));
    const to = codes.indexOf(row.text("importer"));
    if (to < 0) continue;
    const change = row.number("change")!;
    nodes.push(svg("rect", { x: left + to * cell + 0.5, y: top + from * cell + 0.5, width: cell - 1, height: cell - 1, fill: scale.colour(change) },
      svg("title", {}, `${row.text("exporter_name")} → ${row.text("importer_name")}: ${number.percent(change, 2, true)}`)));
  }
  codes.forEach((_, place) => nodes.push(svg("rect", {
    x: left + place * cell + 0.5, y: top + place * cell + 0.5, width: cell - 1, height: cell - 1, fill: "var(--panel)" })));
  const below = top + codes.length * cell + 16;
  nodes.push(...diverging_key(scale, context, below).nodes);
  return chart_svg(context, below + 32, ...nodes);
};
