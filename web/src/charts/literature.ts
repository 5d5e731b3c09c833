import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, colour_key, draw, extent, row_layout, x_axis, type ChartContext } from "./frame";

/** Published effects that have a number; second-hand numbers are hollow, open ends carry an arrow. */
export function literature(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const rows = table.rows
    .filter((row) => row.number("low") !== null || row.number("high") !== null)
    .map((row, place) => {
      const low = row.number("low");
      const high = row.number("high");
      return {
        key: String(place),
        study: row.text("study"),
        low, high,
        from: (low ?? high)!,
        to: (high ?? low)!,
        second_hand: row.flag("second_hand"),
      };
    });
  if (!rows.length) return null;
  const words = (row: (typeof rows)[number]) =>
    row.low === null ? locale.text.at_most(locale.number.percent(row.high, 0, true))
      : row.high === null ? locale.text.at_least(locale.number.percent(row.low, 0, true))
      : row.low === row.high ? locale.number.percent(row.low, 0, true)
      : `${locale.number.percent(row.low, 0, true)} ${locale.text.to} ${locale.number.percent(row.high, 0, true)}`;
  const layout = row_layout(rows.map((row) => ({ key: row.key, label: row.study, value: words(row) })), context);
  const [low, high] = extent(rows.flatMap((row) => [0, row.low, row.high]), [0, 0]);
  const room = (high - low || 1) * 0.08;
  const key = colour_key(
    [{ label: locale.text.first_hand, colour: colour.evidence },
     ...(rows.some((row) => row.second_hand) ? [{ label: locale.text.second_hand, colour: colour.evidence, shape: "ring" as const }] : [])],
    context, layout.margin_left);
  return draw(context, {
    height: layout.height + key.height + 44,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: key.height + 4,
    marginBottom: 40,
    x: { domain: [low - room, high + room] },
    y: layout.y,
    marks: [
      x_axis({ ticks: context.width < 480 ? 4 : 7, tickFormat: (tick: number) => locale.number.percent(tick, 0, true) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      layout.backdrop,
      Plot.ruleY(rows, { y: "key", x1: "from", x2: "to", stroke: colour.evidence, strokeWidth: 2.5, dy: layout.shift }),
      Plot.dot([...rows.filter((row) => row.low !== null).map((row) => ({ ...row, at: row.low })),
                ...rows.filter((row) => row.high !== null && row.high !== row.low).map((row) => ({ ...row, at: row.high }))], {
        y: "key", x: "at", r: 5.5, stroke: colour.evidence, strokeWidth: 2, dy: layout.shift,
        fill: (row) => (row.second_hand ? colour.paper : colour.evidence) }),
      Plot.dot(rows.filter((row) => row.low === null), {
        y: "key", x: "high", dx: -12, dy: layout.shift, symbol: "triangle", rotate: -90, r: 3.5, fill: colour.evidence }),
      Plot.dot(rows.filter((row) => row.high === null), {
        y: "key", x: "low", dx: 12, dy: layout.shift, symbol: "triangle", rotate: 90, r: 3.5, fill: colour.evidence }),
      ...layout.marks,
      ...key.marks,
    ],
  });
}
