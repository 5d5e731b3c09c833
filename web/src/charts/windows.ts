import * as Plot from "@observablehq/plot";
import { month_date } from "../format/month";
import type { Row, Table } from "../result/table";
import { colour, draw, extent, is_narrow, text_size, tip_style, y_axis, type ChartContext } from "./frame";

/** Colours above and below nought in the palette. */
const kUp = 5;
const kDown = 4;

function claimed_row(table: Table): Row | undefined {
  return table.rows.find((row) => row.flag("is_claimed"));
}

/** Growth of every window as long as the claimed one, by the month it ends in. */
export function window_line(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const claimed = claimed_row(table);
  const length = claimed?.number("months") ?? 12;
  const points = table.rows
    .filter((row) => row.number("months") === length && row.number("growth") !== null && month_date(row.text("last")))
    .map((row) => ({
      date: month_date(row.text("last"))!,
      growth: row.number("growth")!,
      claimed: row.flag("is_claimed"),
      window: locale.month.window(`${row.text("first")}..${row.text("last")}`, "short"),
    }))
    .sort((a, b) => a.date.getTime() - b.date.getTime());
  if (points.length < 2) return null;
  const marked = points.filter((point) => point.claimed);
  const lowest = points.reduce((a, b) => (b.growth < a.growth ? b : a));
  const highest = points.reduce((a, b) => (b.growth > a.growth ? b : a));
  const ends = [lowest, highest].filter((point) => !point.claimed);
  const narrow = is_narrow(context);
  const [low, high] = extent(points.map((point) => point.growth), [0, 0]);
  const room = (high - low) * 0.18;
  return draw(context, {
    height: narrow ? 250 : 280,
    marginLeft: 46,
    marginRight: narrow ? 16 : 40,
    marginTop: 24,
    marginBottom: 34,
    x: { type: "utc", insetLeft: 22 },
    y: { domain: [Math.min(0, low) - room, Math.max(0, high) + room] },
    marks: [
      y_axis({ ticks: 5, tickFormat: (tick: number) => locale.number.percent(tick, 0) }),
      Plot.axisX({ ticks: narrow ? 4 : 8, tickSize: 0, tickPadding: 8, fill: colour.faint, label: null,
                   tickFormat: (date: Date) => locale.month.month(date.toISOString().slice(0, 7), "short") }),
      Plot.ruleY([0], { stroke: colour.faint }),
      marked.length ? Plot.ruleX(marked, { x: "date", y1: 0, y2: "growth", stroke: colour.claim, strokeDasharray: "3 3" }) : null,
      Plot.lineY(points, { x: "date", y: "growth", stroke: colour.evidence, strokeWidth: 2 }),
      Plot.dot(points, { x: "date", y: "growth", r: 3, fill: colour.evidence }),
      Plot.dot(marked, { x: "date", y: "growth", r: 6.5, fill: colour.claim, stroke: colour.paper, strokeWidth: 1.5 }),
      ...ends.map((end) => {
        const place = points.indexOf(end) / (points.length - 1);
        return Plot.text([end], {
          x: "date", y: "growth", text: () => locale.number.percent(end.growth, 1, true), fill: colour.evidence, fontWeight: 600,
          dy: end === lowest ? 16 : -16, textAnchor: place < 0.08 ? "start" : place > 0.92 ? "end" : "middle",
        });
      }),
      Plot.text(marked, {
        x: "date", y: "growth", fill: colour.claim, fontWeight: 650, textAnchor: "start", dx: 10, dy: -8,
        text: (point) => `${locale.number.percent(point.growth, 1, true)}`,
      }),
      Plot.tip(points, Plot.pointerX({ ...tip_style, x: "date", y: "growth",
        title: (point) => `${point.window}\n${locale.number.percent(point.growth, 1, true)}` })),
    ],
  });
}

/**
 * Bounds of the colour classes: round steps, nought among them, that part the middle 95% of the
 * growth rates into at most eight classes; the outermost are open.
 */
export function growth_classes(growth: number[]): number[] {
  const sorted = [...growth].sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const low = Math.min(0, quantile(0.025));
  const high = Math.max(0, quantile(0.975));
  const step = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1].find((size) => (high - low) / size <= 8) ?? 2;
  const first = Math.max(1 - kDown, Math.min(0, Math.floor(low / step) + 1));
  const last = Math.min(kUp - 1, Math.max(0, Math.ceil(high / step) - 1));
  return Array.from({ length: last - first + 1 }, (_, place) => Math.round((first + place) * step * 1e6) / 1e6);
}

/** The colour of a growth rate: blues above nought, browns below, deeper with distance. */
export function growth_colour(growth: number, bounds: number[]): string {
  const nought = bounds.indexOf(0);
  const above = bounds.filter((bound) => growth >= bound).length;
  const distance = above - nought;
  return distance > 0 ? `var(--up-${Math.min(kUp, distance)})` : `var(--down-${Math.min(kDown, 1 - distance)})`;
}

/** Heat table: growth by length of the window (rows) and the month it ends in (columns). */
export function window_grid(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale } = context;
  const cells = table.rows
    .filter((row) => row.number("growth") !== null && row.number("months") !== null)
    .map((row) => ({
      months: row.number("months")!,
      last: row.text("last"),
      growth: row.number("growth")!,
      claimed: row.flag("is_claimed"),
      window: locale.month.window(`${row.text("first")}..${row.text("last")}`, "short"),
    }));
  if (!cells.length) return null;
  const narrow = is_narrow(context);
  const ends = [...new Set(cells.map((cell) => cell.last))].sort();
  const lengths = [...new Set(cells.map((cell) => cell.months))].sort((a, b) => a - b);
  const bounds = growth_classes(cells.map((cell) => cell.growth));
  const swatches = [bounds[0]! - 1, ...bounds].map((growth) => growth_colour(growth, bounds));
  const margin_left = narrow ? 30 : 84;
  const margin_right = narrow ? 20 : 12;
  const cell_width = (context.width - margin_left - margin_right) / ends.length;
  const cell_height = Math.max(18, Math.min(26, cell_width * 0.85));
  const swatch_width = Math.min(64, (context.width - 8) / swatches.length);
  const key_top = 50;
  const ticks = ends.filter((_, place) => (ends.length - 1 - place) % (narrow ? 6 : 3) === 0);
  const at = { frameAnchor: "top-left" as const };
  return draw(context, {
    height: key_top + 14 + cell_height * lengths.length + 34,
    marginLeft: margin_left,
    marginRight: margin_right,
    marginTop: key_top + 14,
    marginBottom: 34,
    x: { type: "band", domain: ends, padding: 0.04, axis: null },
    y: { type: "band", domain: lengths, padding: 0.06, axis: null },
    marks: [
      ...swatches.map((fill, place) => Plot.dot([0], {
        ...at, dx: place * swatch_width + swatch_width / 2 - margin_left, dy: -key_top + 2,
        symbol: { draw: (path: CanvasPath) => path.rect(-swatch_width / 2 + 0.5, -6, swatch_width - 1, 12) },
        r: 1, fill,
      })),
      ...bounds.map((bound, place) => Plot.text([locale.number.percent(bound, 0)], {
        ...at, textAnchor: "middle", dx: (place + 1) * swatch_width - margin_left, dy: -key_top + 20, fill: colour.faint,
        fontSize: text_size(context) - 1,
      })),
      Plot.cell(cells, { x: "last", y: "months", fill: (cell) => growth_colour(cell.growth, bounds) }),
      ...[{ stroke: colour.paper, strokeWidth: 6 }, { stroke: colour.ink, strokeWidth: 2.5 }].map((outline) =>
        Plot.cell(cells.filter((cell) => cell.claimed), { x: "last", y: "months", fill: "none", inset: -1, ...outline })),
      Plot.axisX({ ticks, tickSize: 0, tickPadding: 7, fill: colour.faint, label: null,
                   tickFormat: (end: string) => locale.month.month(end, "short") }),
      Plot.axisY({ ticks: lengths, tickSize: 0, tickPadding: 6, fill: colour.faint, label: null,
                   tickFormat: (length: number) => (narrow ? String(length) : locale.text.n_months(length)) }),
      Plot.tip(cells, Plot.pointer({ ...tip_style, x: "last", y: "months",
        title: (cell) => `${cell.window}\n${locale.number.percent(cell.growth, 1, true)}` })),
    ],
  });
}
