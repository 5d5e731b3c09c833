import * as Plot from "@observablehq/plot";
import type { Claim } from "../result/check_result";
import type { Table } from "../result/table";
import type { Locale } from "../language/locale";
import type { Drawing } from "./drawing";
import { text_width, wrap_text } from "../format/text_width";

/** What every chart is drawn with besides its table. */
export interface ChartContext {
  /** Pixels to fill, from a narrow phone (320) up. */
  width: number;
  locale: Locale;
  claim: Claim;
}

/** A chart is a pure function of a table. null: the table holds nothing that can be drawn. */
export type Chart = (table: Table, context: ChartContext) => SVGSVGElement | Drawing | null;

/** Below this width labels stand above their rows and month axes thin out. */
const kNarrow = 560;

/** Colours are CSS variables, so that light, dark and print need no second drawing. */
export const colour = {
  ink: "var(--ink)",
  quiet: "var(--ink-2)",
  faint: "var(--ink-3)",
  grid: "var(--grid)",
  rule: "var(--rule)",
  paper: "var(--paper)",
  evidence: "var(--evidence)",
  evidence_soft: "var(--evidence-soft)",
  claim: "var(--claim)",
  claim_soft: "var(--claim-soft)",
  other: "var(--other)",
  other_soft: "var(--other-soft)",
} as const;

export function is_narrow(context: ChartContext): boolean {
  return context.width < kNarrow;
}

/** Pixels of chart text: a little smaller on a phone. */
export function text_size(context: ChartContext): number {
  return is_narrow(context) ? 13 : 14;
}

/** Plot.plot with the house's type, no clipping of labels and a bare SVG as the answer. */
export function draw(context: ChartContext, options: Plot.PlotOptions): SVGSVGElement {
  const figure = Plot.plot({
    ...options,
    width: context.width,
    style: {
      fontFamily: "inherit",
      fontSize: `${text_size(context)}px`,
      color: colour.quiet,
      background: "none",
      overflow: "visible",
      maxWidth: "100%",
      height: "auto",
    },
  });
  const svg = figure as unknown as SVGSVGElement;
  // The picture is named as a whole; names on its groups have no role to go with.
  for (const group of svg.querySelectorAll("[aria-label]")) group.removeAttribute("aria-label");
  return svg;
}

/** A row of a horizontal chart: its key, the label and, at the right, its value in words. */
export interface LabelledRow {
  key: string;
  label: string;
  note?: string;
  value?: string;
  strong?: boolean;
  colour?: string;
}

export interface RowLayout {
  margin_left: number;
  margin_right: number;
  row_height: number;
  /** Marks with data are moved down by this much, below the labels of a narrow chart. */
  shift: number;
  /** Goes over grid and shading, under the data: keeps the lines of labels clear of both. */
  backdrop: Plot.Markish;
  marks: Plot.Markish[];
  y: Plot.ScaleOptions;
  /** Height of all rows. */
  height: number;
}

/**
 * Labels and values of a horizontal chart. Wide: labels left of the rows, values right of them.
 * Narrow: one line with label and value above each row, so that the marks keep the full width.
 * Dense: many short rows in one line each at any width.
 */
export function row_layout(rows: LabelledRow[], context: ChartContext, dense = false): RowLayout {
  const stacked = is_narrow(context) && !dense;
  const size = text_size(context);
  const line_height = Math.round(size * 1.25);
  const breadth = (row: LabelledRow, text: string) => text_width(text, size * (row.strong ? 1.06 : 1));
  const value_width = Math.max(0, ...rows.map((row) => breadth(row, row.value ?? "")));
  const value_room = value_width ? value_width + 18 : 0;
  const label_limit = stacked ? context.width - value_room : Math.min(context.width * (dense ? 0.3 : 0.36), 290);
  const wrapped = rows.map((row) => ({
    row,
    label: wrap_text(row.label, label_limit, size * (row.strong ? 1.06 : 1)),
    note: row.note ? wrap_text(row.note, stacked ? context.width : label_limit, size - 1) : [],
  }));
  const lines = Math.max(1, ...wrapped.map((one) => one.label.length + one.note.length));
  const row_height = dense ? Math.max(21, lines * line_height + 3)
    : stacked ? lines * line_height + 38
    : Math.max(40, lines * line_height + 14);
  const margin_left = stacked ? 18
    : 14 + Math.max(...wrapped.flatMap((one) => [...one.label, ...one.note].map((text) => breadth(one.row, text))));
  const margin_right = stacked ? 18 : Math.max(16, value_room);
  const bar_from_bottom = 14;
  const marks: Plot.Markish[] = [];
  for (const { row, label, note } of wrapped) {
    const height = (label.length + note.length) * line_height;
    const top = stacked ? row_height / 2 - bar_from_bottom - 11 - height : -height / 2;
    const place = stacked
      ? { frameAnchor: "left" as const, textAnchor: "start" as const, dx: -margin_left }
      : { frameAnchor: "left" as const, textAnchor: "end" as const, dx: -14 };
    const lettering = {
      y: "key", lineAnchor: "top" as const, lineHeight: line_height / size,
      fill: row.colour ?? colour.ink, fontWeight: row.strong ? 650 : 450,
    };
    marks.push(Plot.text([row], { ...lettering, ...place, text: () => label.join("\n"), dy: top }));
    if (note.length) {
      marks.push(Plot.text([row], {
        ...lettering, ...place, text: () => note.join("\n"), dy: top + label.length * line_height,
        fill: colour.faint, fontSize: size - 1, lineHeight: line_height / (size - 1),
      }));
    }
    if (row.value) {
      marks.push(Plot.text([row], {
        ...lettering, text: () => row.value ?? "", frameAnchor: "right", textAnchor: "end", dx: margin_right,
        fontVariant: "tabular-nums", dy: stacked ? top : -line_height / 2,
      }));
    }
  }
  const lane = row_height - 2 * bar_from_bottom + 2;
  return {
    margin_left, margin_right, row_height,
    shift: stacked ? row_height / 2 - bar_from_bottom : 0,
    backdrop: stacked
      ? Plot.ruleY(rows, { y: "key", stroke: colour.paper, strokeWidth: lane, dy: (lane - row_height) / 2,
                           insetLeft: -margin_left, insetRight: -margin_right })
      : null,
    marks,
    y: { type: "band", domain: rows.map((row) => row.key), axis: null, padding: 0 },
    height: rows.length * row_height,
  };
}

export interface KeyItem {
  label: string;
  colour: string;
  shape?: "dot" | "ring" | "line" | "dash" | "tick" | "square";
}

const kStroke = {
  draw(path: CanvasPath) {
    path.moveTo(-7, 0);
    path.lineTo(7, 0);
  },
};

const kTick = {
  draw(path: CanvasPath) {
    path.moveTo(0, -6);
    path.lineTo(0, 6);
  },
};

/** A colour key above the frame, wrapped to the width; `height` is what it takes off the top. */
export function colour_key(items: KeyItem[], context: ChartContext, margin_left: number): { marks: Plot.Markish[]; height: number } {
  const marks: Plot.Markish[] = [];
  const row_height = 20;
  const size = text_size(context);
  let x = 0;
  let row = 0;
  const placed = items.map((item) => {
    const width = 20 + text_width(item.label, size) + 18;
    if (x > 0 && x + width > context.width) {
      x = 0;
      row += 1;
    }
    const place = { item, x, row };
    x += width;
    return place;
  });
  const height = (row + 1) * row_height + 10;
  for (const { item, x: left, row: line } of placed) {
    const at = { frameAnchor: "top-left" as const, dx: left - margin_left, dy: line * row_height - height + 10 };
    const shape = item.shape ?? "dot";
    const stroked = shape !== "dot" && shape !== "square";
    marks.push(Plot.dot([0], {
      ...at, dx: at.dx + 7, r: 5,
      symbol: shape === "line" || shape === "dash" ? kStroke : shape === "tick" ? kTick : shape === "square" ? "square" : "circle",
      fill: stroked ? colour.paper : item.colour,
      stroke: item.colour, strokeWidth: stroked ? 2 : 1,
      ...(shape === "dash" ? { strokeDasharray: "4 3" } : {}),
    }));
    marks.push(Plot.text([item.label], { ...at, dx: at.dx + 19, textAnchor: "start", lineAnchor: "middle", fill: colour.quiet }));
  }
  return { marks, height };
}

/** The house's x axis: few ticks, hair lines behind the data. */
export function x_axis(options: Plot.AxisXOptions & { ticks?: number | number[] }): Plot.Markish[] {
  const { label, ...rest } = options;
  const { tickFormat: _format, tickSize: _size, ...grid } = rest;
  void _format;
  void _size;
  return [
    Plot.gridX({ ...grid, stroke: colour.grid, strokeOpacity: 1 }),
    Plot.axisX({ ...rest, label: label ?? null, tickSize: 0, tickPadding: 6, fill: colour.faint, labelArrow: "none" }),
  ];
}

/** The house's y axis: labels at the left, hair lines behind the data. */
export function y_axis(options: Plot.AxisYOptions & { ticks?: number | number[] }): Plot.Markish[] {
  const { label, ...rest } = options;
  const { tickFormat: _format, tickSize: _size, ...grid } = rest;
  void _format;
  void _size;
  return [
    Plot.gridY({ ...grid, stroke: colour.grid, strokeOpacity: 1 }),
    Plot.axisY({ ...rest, label: label ?? null, tickSize: 0, tickPadding: 6, fill: colour.faint, labelArrow: "none" }),
  ];
}

/** Smallest and largest of the finite numbers given, `fallback` where there is none. */
export function extent(values: (number | null)[], fallback: [number, number]): [number, number] {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  return known.length ? [Math.min(...known), Math.max(...known)] : fallback;
}

/** Decimals of percent ticks, `count` of them over a domain: none where a step is a whole percent. */
export function tick_digits(domain: [number, number], count: number): number {
  const step = (domain[1] - domain[0]) / count;
  return step >= 0.007 ? 0 : step >= 0.0007 ? 1 : 2;
}

/** Hover text: Plot shows it next to the pointer. */
export const tip_style = { fill: "var(--panel)", stroke: "var(--rule)", textPadding: 9, fontSize: 13, lineHeight: 1.3 } as const;
