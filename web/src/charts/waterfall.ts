import * as Plot from "@observablehq/plot";
import type { Table } from "../result/table";
import { colour, draw, extent, row_layout, x_axis, type ChartContext } from "./frame";

const kHatch = "altyn-hatch";

function hatch(_index: unknown, _scales: unknown, _values: unknown, _dimensions: unknown, context: { document: Document }): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const defs = context.document.createElementNS(space, "defs");
  const pattern = context.document.createElementNS(space, "pattern");
  for (const [name, value] of Object.entries({
    id: kHatch, width: "6", height: "6", patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
  })) pattern.setAttribute(name, value);
  const stroke = context.document.createElementNS(space, "rect");
  for (const [name, value] of Object.entries({ width: "2.5", height: "6", fill: colour.faint })) stroke.setAttribute(name, value);
  pattern.append(stroke);
  defs.append(pattern);
  return defs;
}

/**
 * The growth of trade in steps from the base window to the claimed one. The axis is in million USD
 * on a log scale, so that a step is as long as its log change wherever it stands; whiskers are the
 * 5% to 95% of draws; what is unexplained is hatched, never coloured as a cause.
 */
export function waterfall(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const ordered = [...table.rows].sort((a, b) => (a.number("order") ?? 0) - (b.number("order") ?? 0));
  const start = ordered.find((row) => row.text("kind") === "start");
  const base = start?.number("musd") ?? null;
  const parts = ordered.filter((row) => !["start", "end"].includes(row.text("kind")) && row.number("log_change") !== null);
  if (base === null || !parts.length) return null;

  let level = 0;
  const steps = parts.map((row) => {
    const from = level;
    level += row.number("log_change")!;
    const at = (log: number | null) => (log === null ? null : base * Math.exp(log));
    const low = row.number("low");
    const high = row.number("high");
    const kind = row.text("kind");
    return {
      key: row.text("step"),
      kind,
      x1: at(Math.min(from, level))!,
      x2: at(Math.max(from, level))!,
      end: at(level)!,
      low: at(low === null ? null : from + low),
      high: at(high === null ? null : from + high),
      fill: kind === "unexplained" ? `url(#${kHatch})` : kind === "member_terms" ? colour.claim : colour.evidence,
      stroke: kind === "unexplained" ? colour.faint : kind === "member_terms" ? colour.claim : colour.evidence,
    };
  });
  const ends = ordered
    .filter((row) => ["start", "end"].includes(row.text("kind")) && row.number("musd") !== null)
    .map((row) => ({ key: row.text("step"), value: row.number("musd")! }));
  const shown = ordered.filter((row) => parts.includes(row) || ends.some((end) => end.key === row.text("step")));
  const layout = row_layout(
    shown.map((row) => {
      const whole = ["start", "end"].includes(row.text("kind"));
      const amount = row.number("musd");
      return {
        key: row.text("step"),
        label: row.text("label"),
        value: amount !== null ? locale.number.plain(amount, 0, !whole) : locale.number.log(row.number("log_change"), true),
        strong: whole,
      };
    }),
    context);
  const [low, high] = extent(
    [...steps.flatMap((step) => [step.x1, step.x2, step.low, step.high]), ...ends.map((end) => end.value)], [base, base]);
  const keys = shown.map((row) => row.text("step"));
  const links = steps.flatMap((step) => {
    const next = keys[keys.indexOf(step.key) + 1];
    return next === undefined ? [] : [{ x: step.end, from: step.key, to: next }];
  });
  if (start && keys[1] !== undefined) links.unshift({ x: base, from: keys[0]!, to: keys[1] });
  const room = Math.log(high / low || 2) * 0.04;
  const domain: [number, number] = [low * Math.exp(-room), high * Math.exp(room)];
  const span = domain[1] - domain[0];
  const size = [100, 200, 500, 1000, 2000, 5000, 10000, 20000].find((step) => span / step <= (context.width < 480 ? 4 : 7)) ?? span / 4;
  const ticks: number[] = [];
  for (let tick = Math.ceil(domain[0] / size) * size; tick <= domain[1]; tick += size) ticks.push(tick);
  return draw(context, {
    height: layout.height + 12 + 44,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: 12,
    marginBottom: 44,
    x: { type: "log", domain },
    y: layout.y,
    marks: [
      hatch as unknown as Plot.Markish,
      x_axis({ ticks, tickFormat: (tick: number) => locale.number.plain(tick) }),
      Plot.link(links, { x1: "x", x2: "x", y1: "from", y2: "to", dy: layout.shift, stroke: colour.faint, strokeDasharray: "2 3" }),
      layout.backdrop,
      Plot.barX(steps, { y: "key", x1: "x1", x2: "x2", fill: "fill", stroke: "stroke", strokeWidth: 1.5, dy: layout.shift,
                         insetTop: layout.row_height / 2 - 9, insetBottom: layout.row_height / 2 - 9 }),
      Plot.ruleY(steps.filter((step) => step.low !== null && step.high !== null), {
        y: "key", x1: "low", x2: "high", stroke: colour.ink, strokeWidth: 1.5, dy: layout.shift, marker: "tick",
      }),
      Plot.tickX(ends, { x: "value", y: "key", stroke: colour.ink, strokeWidth: 4, dy: layout.shift,
                         insetTop: layout.row_height / 2 - 11, insetBottom: layout.row_height / 2 - 11 }),
      ...layout.marks,
      Plot.text([0], { frameAnchor: "bottom", text: () => locale.text.million_usd_log, dy: 38, fill: colour.faint }),
    ],
  });
}
