import { colour, is_narrow, text_size, type ChartContext } from "../../charts/frame";
import { text_width, wrap_text } from "../../format/text_width";
import { svg, type Drawing } from "../../charts/drawing";

/** A row of a horizontal chart. */
export interface ChartRow {
  label: string;
  value: string;
  strong?: boolean;
  /** Its marks, given the scale and the row's middle. */
  marks: (x: (value: number) => number, y: number) => (Drawing | null)[];
}

export interface KeyEntry {
  label: string;
  mark: (x: number, y: number) => Drawing;
}

export interface RowChart {
  rows: ChartRow[];
  domain: [number, number];
  /** A tick's words. */
  format: (value: number) => string;
  /** In place of round numbers. */
  ticks?: { at: number; label: string }[];
  key?: KeyEntry[];
  row_height?: number;
}

/** About `count` round numbers inside the domain. */
export function round_ticks([low, high]: [number, number], count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((lead) => lead * power).find((size) => size >= rough) ?? power;
  const ticks: number[] = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + step * 1e-9; place += 1) ticks.push(place * step + 0);
  return ticks;
}

/** Distance between the ticks of a list. */
export function tick_step(ticks: number[]): number {
  return ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1;
}

/** A domain with nought inside and room at both ends; never empty. */
export function roomy(values: (number | null)[]): [number, number] {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  const room = (high - low || 1e-4) * 0.06;
  return [low - room, high + room];
}

export const mark = {
  dot: (x: number, y: number, fill: string, r = 5) => svg("circle", { cx: x, cy: y, r, fill }),
  ring: (x: number, y: number, stroke: string, r = 4.5) => svg("circle", { cx: x, cy: y, r, fill: "var(--paper)", stroke, "stroke-width": 2 }),
  bar: (x1: number, x2: number, y: number, stroke: string, width = 8) => svg("line", {
    x1, x2: Math.abs(x2 - x1) < 0.1 ? x1 + 0.1 : x2, y1: y, y2: y, stroke, "stroke-width": width, "stroke-linecap": "round" }),
  tick: (x: number, y: number, stroke: string) => svg("line", { x1: x, x2: x, y1: y - 7, y2: y + 7, stroke, "stroke-width": 2.5 }),
};

/**
 * A horizontal chart, drawn by hand because it is drawn at every movement of a slider. Wide: label
 * left, value right. Narrow: both above the row.
 */
export function row_chart(chart: RowChart, context: ChartContext): Drawing {
  const narrow = is_narrow(context);
  const size = text_size(context);
  const { width } = context;
  const value_room = Math.max(0, ...chart.rows.map((row) => text_width(row.value, size * 1.05))) + 16;
  const label_limit = narrow ? width - value_room : Math.min(width * 0.34, 250);
  const labels = chart.rows.map((row) => wrap_text(row.label, label_limit, size * (row.strong ? 1.06 : 1)));
  const left = narrow ? 8 : 16 + Math.max(40, ...labels.flatMap((lines, place) =>
    lines.map((line) => text_width(line, size * (chart.rows[place]!.strong ? 1.06 : 1)))));
  const right = narrow ? 8 : value_room;
  const most_lines = Math.max(1, ...labels.map((lines) => lines.length));
  const row_height = narrow ? 26 + most_lines * size * 1.25 : Math.max(chart.row_height ?? 27, most_lines * size * 1.22 + 6);

  // The key, wrapped.
  const key_nodes: Drawing[] = [];
  let key_x = 0;
  let key_y = 8;
  for (const entry of chart.key ?? []) {
    const room = 22 + text_width(entry.label, size) + 18;
    if (key_x > 0 && key_x + room > width) {
      key_x = 0;
      key_y += 21;
    }
    key_nodes.push(entry.mark(key_x + 8, key_y), svg("text", { x: key_x + 21, y: key_y, dy: "0.35em", fill: colour.quiet }, entry.label));
    key_x += room;
  }
  const top = chart.key?.length ? key_y + 20 : 4;
  const bottom = top + chart.rows.length * row_height;
  const height = bottom + 30;
  const [low, high] = chart.domain;
  const x = (value: number) => left + ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (width - left - right);

  // Groups: another number of ticks leaves the rows as they are when the chart is drawn again.
  const tick_nodes: Drawing[] = [];
  // Where words stand above their row's marks, the lines of the ticks leave them free.
  const words_height = narrow ? most_lines * size * 1.25 + 2 : 0;
  const tick_line = (at: number) => (narrow ? chart.rows.map((_, place) => top + place * row_height) : [top])
    .map((from) => `M${at} ${from + words_height}V${narrow ? from + row_height : bottom}`).join("");
  const ticks = chart.ticks ??
    round_ticks(chart.domain, narrow ? 3 : width < 700 ? 4 : 6).map((at) => ({ at, label: chart.format(at) }));
  for (const { at, label } of ticks) {
    const zero = Math.abs(at) < 1e-12;
    tick_nodes.push(
      svg("path", { d: tick_line(x(at)), stroke: zero ? colour.faint : colour.grid }),
      svg("text", { x: x(at), y: bottom + 18, "text-anchor": "middle", fill: colour.faint }, label));
  }
  const rows = chart.rows.map((row, place) => {
    const from = top + place * row_height;
    const lines = labels[place]!;
    const weight = row.strong ? 650 : 450;
    const middle = narrow ? from + row_height - 13 : from + row_height / 2;
    const first = narrow ? from + size : middle - ((lines.length - 1) * size * 1.22) / 2;
    return svg("g", {},
      svg("text", { "font-weight": weight, fill: colour.ink, "text-anchor": narrow ? "start" : "end" },
        ...lines.map((line, number) => svg("tspan", {
          x: narrow ? 0 : left - 14, y: first + number * size * 1.22, dy: narrow ? null : "0.35em" }, line))),
      svg("text", {
        x: width, y: narrow ? from + size : middle, dy: narrow ? null : "0.35em", "text-anchor": "end", "font-weight": weight, fill: colour.ink }, row.value),
      ...row.marks(x, middle));
  });
  return chart_svg(context, height, svg("g", {}, ...key_nodes), svg("g", {}, ...tick_nodes), ...rows);
}

/** The frame of every chart of the workbench. */
export function chart_svg(context: ChartContext, height: number, ...nodes: (Drawing | null)[]): Drawing {
  const rounded = Math.round(height);
  return svg("svg", {
    width: context.width, height: rounded, viewBox: `0 0 ${context.width} ${rounded}`,
    style: `font-family: inherit; font-size: ${text_size(context)}px; color: var(--ink-2); overflow: visible; max-width: 100%; height: auto; font-variant-numeric: tabular-nums`,
  }, ...nodes);
}
