import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, colour_key, draw, extent, row_layout, x_axis, type ChartContext } from "./frame";
import { growth_ticks } from "./log_axis";

/** What each country's trade with everyone else predicts for the pair, against what was observed. */
export function structural(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale, claim } = context;
  const name = (code: string) =>
    code === claim.reporter ? claim.reporter_name : code === claim.partner ? claim.partner_name : code;
  const rows = table.rows
    .filter((row) => row.number("observed_log_change") !== null && row.number("predicted_log_change") !== null)
    .map((row, place) => ({
      key: String(place),
      exporter: name(row.text("exporter")),
      importer: name(row.text("importer")),
      side: row.text("side"),
      observed: row.number("observed_log_change")!,
      predicted: row.number("predicted_log_change")!,
      share: row.number("share"),
      row,
    }));
  if (!rows.length) return null;
  const kinds = [
    { name: "world_part", label: locale.text.world_part, fill: colour.other },
    { name: "exporter_part", label: locale.text.exporter_part, fill: colour.evidence },
    { name: "importer_part", label: locale.text.importer_part, fill: colour.evidence_soft },
  ].filter((kind) => rows.every(({ row }) => row.number(kind.name) !== null));
  // Parts that add grow to the right of nought, parts that take away to the left of it.
  const parts = rows.flatMap(({ key, row }) => {
    let [right, left] = [0, 0];
    return kinds.map((kind) => {
      const size = row.number(kind.name)!;
      const from = size < 0 ? left : right;
      if (size < 0) left += size;
      else right += size;
      return { key, x1: from, x2: from + size, fill: kind.fill };
    });
  });
  const layout = row_layout(
    rows.map((row) => ({
      key: row.key,
      label: locale.text.from_to(row.exporter, row.importer),
      note: locale.text.values[row.side] ?? row.side,
      value: row.share === null ? "" : locale.text.left_to_pair(locale.number.percent(row.share, 0)),
    })),
    context);
  const key = colour_key(
    [
      ...kinds.map((kind) => ({ label: kind.label, colour: kind.fill, shape: "square" as const })),
      { label: locale.text.predicted, colour: colour.ink, shape: "tick" },
      { label: locale.text.observed, colour: colour.ink },
    ],
    context, layout.margin_left);
  const [low, high] = extent(
    [0, ...rows.flatMap((row) => [row.observed, row.predicted]), ...parts.flatMap((part) => [part.x1, part.x2])], [0, 0]);
  const room = (high - low || 1) * 0.06;
  const domain: [number, number] = [low < 0 ? low - room : 0, high + room];
  const ticks = growth_ticks(domain, context.width < 480 ? 5 : 8);
  return draw(context, {
    height: layout.height + key.height + 40,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: key.height + 4,
    marginBottom: 36,
    x: { domain },
    y: layout.y,
    marks: [
      x_axis({ ticks: ticks.map((tick) => tick.at), tickFormat: (at: number) => locale.number.percent(Math.expm1(at), 0, true) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      layout.backdrop,
      Plot.ruleY(parts, { y: "key", x1: "x1", x2: "x2", dy: layout.shift, strokeWidth: 12, stroke: "fill" }),
      Plot.tickX(rows, { y: "key", x: "predicted", dy: layout.shift, stroke: colour.ink, strokeWidth: 2.5,
                         insetTop: layout.row_height / 2 - 10, insetBottom: layout.row_height / 2 - 10 }),
      Plot.dot(rows, { y: "key", x: "observed", dy: layout.shift, r: 6, fill: colour.ink, stroke: colour.paper, strokeWidth: 1.5 }),
      ...layout.marks,
      ...key.marks,
    ],
  });
}
