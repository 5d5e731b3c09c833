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
      exporter_part: row.number("exporter_part"),
      share: row.number("share"),
    }));
  if (!rows.length) return null;
  const layout = row_layout(
    rows.map((row) => ({
      key: row.key,
      label: locale.text.from_to(row.exporter, row.importer),
      note: locale.text.values[row.side] ?? row.side,
      value: row.share === null ? "" : locale.text.left_to_pair(locale.number.percent(row.share, 0)),
    })),
    context);
  const split = rows.every((row) => row.exporter_part !== null);
  const key = colour_key(
    [
      ...(split
        ? [{ label: locale.text.exporter_part, colour: colour.evidence, shape: "square" as const },
           { label: locale.text.importer_part, colour: colour.evidence_soft, shape: "square" as const }]
        : [{ label: locale.text.predicted, colour: colour.evidence, shape: "square" as const }]),
      { label: locale.text.observed, colour: colour.ink },
    ],
    context, layout.margin_left);
  const [low, high] = extent(rows.flatMap((row) => [0, row.observed, row.predicted, row.exporter_part]), [0, 0]);
  const room = (high - low || 1) * 0.06;
  const domain: [number, number] = [low < 0 ? low - room : 0, high + room];
  const ticks = growth_ticks(domain, context.width < 480 ? 5 : 8);
  const bar = { y: "key", dy: layout.shift, strokeWidth: 12 };
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
      split
        ? [
            Plot.ruleY(rows, { ...bar, x1: 0, x2: "exporter_part", stroke: colour.evidence }),
            Plot.ruleY(rows, { ...bar, x1: "exporter_part", x2: "predicted", stroke: colour.evidence_soft }),
          ]
        : Plot.ruleY(rows, { ...bar, x1: 0, x2: "predicted", stroke: colour.evidence }),
      Plot.dot(rows, { y: "key", x: "observed", dy: layout.shift, r: 6, fill: colour.ink, stroke: colour.paper, strokeWidth: 1.5 }),
      ...layout.marks,
      ...key.marks,
    ],
  });
}
