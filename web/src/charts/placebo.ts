import * as Plot from "@observablehq/plot";
import type { Row, Table } from "../result/table";
import { colour, colour_key, draw, extent, row_layout, x_axis, type ChartContext } from "./frame";

/** Growth of the reporter's trade with every partner in the same months, sorted. */
export function placebo(table: Table, context: ChartContext): SVGSVGElement | null {
  return strip(table, context, (row) => row.number("growth"));
}

/** What every partner gained on its own synthetic control between the windows, sorted. */
export function synthetic_placebo(table: Table, context: ChartContext): SVGSVGElement | null {
  return strip(table, context, (row) => {
    const log_change = row.number("window_log");
    return log_change === null ? null : Math.expm1(log_change);
  });
}

function strip(table: Table, context: ChartContext, growth_of: (row: Row) => number | null): SVGSVGElement | null {
  const { locale } = context;
  const rows = table.rows
    .filter((row) => growth_of(row) !== null)
    .sort((a, b) => growth_of(b)! - growth_of(a)!);
  if (!rows.length) return null;
  const paint = (group: string) =>
    group === "claimed" ? colour.claim : group === "member" ? colour.evidence : colour.other;
  const points = rows.map((row) => ({
    key: row.text("partner"),
    growth: growth_of(row)!,
    fill: paint(row.text("group")),
    strong: row.text("group") === "claimed",
  }));
  const layout = row_layout(
    rows.map((row) => ({
      key: row.text("partner"),
      label: row.text("partner_name") || row.text("partner"),
      value: locale.number.percent(growth_of(row), 1, true),
      strong: row.text("group") === "claimed",
      colour: row.text("group") === "other" ? undefined : paint(row.text("group")),
    })),
    context, true);
  const [low, high] = extent(points.map((point) => point.growth), [0, 0]);
  const key = colour_key(
    [
      { label: locale.text.claimed_pair, colour: colour.claim },
      ...(rows.some((row) => row.text("group") === "member")
        ? [{ label: locale.text.other_members(context.claim.agreement), colour: colour.evidence }] : []),
      { label: locale.text.outside_partners, colour: colour.other },
    ],
    context, layout.margin_left);
  const span = high - Math.min(0, low) || 1;
  return draw(context, {
    height: layout.height + key.height + 40,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: key.height + 4,
    marginBottom: 36,
    x: { domain: [Math.min(0, low) - span * 0.02, Math.max(0, high) + span * 0.03] },
    y: layout.y,
    marks: [
      x_axis({ ticks: context.width < 480 ? 4 : 6, tickFormat: (tick: number) => locale.number.percent(tick, 0) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      Plot.ruleY(points, { y: "key", x1: 0, x2: "growth", stroke: "fill", strokeWidth: (point: { strong: boolean }) => (point.strong ? 3 : 1.5) } as Plot.RuleYOptions),
      Plot.dot(points, { y: "key", x: "growth", fill: "fill", r: (point) => (point.strong ? 6.5 : 4.5) }),
      ...layout.marks,
      ...key.marks,
    ],
    r: { type: "identity" },
  });
}
