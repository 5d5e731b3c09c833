import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, draw, row_layout, x_axis, type ChartContext } from "./frame";

/** One row per definition: the share it gives, with what the claim says shaded. */
export function region_shares(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale, claim } = context;
  const { number, text } = locale;
  const rows = table.rows
    .filter((row) => row.number("mid") !== null)
    .map((row, place) => ({
      key: String(place),
      label: row.text("label"),
      low: row.number("low"),
      mid: row.number("mid")!,
      high: row.number("high"),
    }));
  if (!rows.length) return null;
  const layout = row_layout(
    rows.map((row) => ({ key: row.key, label: row.label, value: number.interval(row.low, row.mid, row.high, text.to) })),
    context);
  const reach = (claim.figure ?? 0) * (claim.rounding ?? 0);
  const zone = claim.figure === null ? [] : [{ from: claim.figure - reach, to: claim.figure + reach }];
  const margin_top = 30;
  return draw(context, {
    height: layout.height + margin_top + 36,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: margin_top,
    marginBottom: 36,
    x: { domain: [0, 1] },
    y: layout.y,
    marks: [
      Plot.rect(zone, { x1: "from", x2: "to", fill: colour.claim_soft }),
      x_axis({ ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: (tick: number) => number.percent(tick, 0) }),
      Plot.ruleX(zone, { x: () => claim.figure, stroke: colour.claim, strokeWidth: 1.5 }),
      layout.backdrop,
      Plot.text(zone, { x: () => claim.figure, frameAnchor: "top", dy: -18, fill: colour.claim, fontWeight: 650,
                        text: () => text.claim_about(number.percent(claim.figure, 0)) }),
      Plot.ruleY(rows.filter((row) => row.low !== null && row.high !== null), {
        y: "key", x1: "low", x2: "high", stroke: colour.evidence_soft, strokeWidth: 9, strokeLinecap: "round", dy: layout.shift }),
      Plot.dot(rows, { y: "key", x: "mid", r: 5.5, fill: colour.evidence, dy: layout.shift }),
      ...layout.marks,
    ],
  });
}
