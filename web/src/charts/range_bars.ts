import * as Plot from "@observablehq/plot";
import { text_width } from "../format/text_width";
import type { Row, Table } from "../result/table";
import { colour, draw, extent, row_layout, text_size, x_axis, type ChartContext } from "./frame";

const kOrder = ["main", "other", "literature", "synthesis"];

interface Bar {
  key: string;
  low: number | null;
  mid: number | null;
  high: number | null;
  from: number;
  to: number;
  solid: string;
  soft: string;
  hollow: boolean;
  upper: boolean;
  synthesis: boolean;
}

/** One row per line of evidence: how much of the growth it books to the cause. */
export function range_bars(table: Table, context: ChartContext): SVGSVGElement | null {
  const { locale, claim } = context;
  const { number, text } = locale;
  const rows = table.rows
    .filter((row) => row.number("mid") !== null || row.number("low") !== null || row.number("high") !== null)
    .map((row, place) => ({ row, place, kind: Math.max(0, kOrder.indexOf(row.text("kind"))) }))
    .sort((a, b) => a.kind - b.kind || a.place - b.place)
    .map(({ row }) => row);
  if (!rows.length) return null;

  const [low, high] = extent(rows.flatMap((row) => [row.number("low"), row.number("mid"), row.number("high")]), [0, 0]);
  const domain: [number, number] = [
    Math.max(-1, Math.min(-0.5, low - 0.05)),
    Math.min(2, Math.max(1.2, high + 0.05)),
  ];
  const inside = (value: number) => Math.min(domain[1], Math.max(domain[0], value));
  const key = (row: Row) => `${row.text("line")} ${row.text("label")}`;

  const bars: Bar[] = rows.map((row) => {
    const kind = row.text("kind");
    const synthesis = kind === "synthesis";
    const bar = { low: row.number("low"), mid: row.number("mid"), high: row.number("high") };
    return {
      ...bar,
      key: key(row),
      from: inside(bar.low ?? (bar.mid ?? bar.high)!),
      to: inside(bar.high ?? (bar.mid ?? bar.low)!),
      solid: synthesis ? colour.ink : kind === "main" ? colour.evidence : colour.faint,
      soft: synthesis ? colour.other : kind === "main" ? colour.evidence_soft : colour.other_soft,
      hollow: kind === "literature" || kind === "other",
      upper: row.text("bound") === "upper",
      synthesis,
    };
  });
  const layout = row_layout(
    rows.map((row) => ({
      key: key(row),
      label: row.text("label"),
      note: row.text("bound") === "upper" ? text.upper_bound : "",
      value: number.interval(row.number("low"), row.number("mid"), row.number("high"), text.to),
      strong: row.text("kind") === "synthesis",
    })),
    context,
  );
  const margin_top = 30;
  const zone_label = text.claim_zone(number.percent(claim.threshold, 0));
  const frame_width = context.width - layout.margin_left - layout.margin_right;
  const zone_width = frame_width * (domain[1] - claim.threshold) / (domain[1] - domain[0]) + layout.margin_right;
  const zone_label_fits = text_width(zone_label, text_size(context)) * 1.06 < zone_width;
  const synthesis_at = bars.findIndex((bar) => bar.synthesis);
  const shift = layout.shift;
  const clipped_low = bars.filter((bar) => bar.low !== null && bar.low < domain[0]);
  const clipped_high = bars.filter((bar) => bar.high !== null && bar.high > domain[1]);

  return draw(context, {
    height: layout.height + margin_top + 46,
    marginLeft: layout.margin_left,
    marginRight: layout.margin_right,
    marginTop: margin_top,
    marginBottom: 46,
    x: { domain },
    y: layout.y,
    marks: [
      Plot.rect([0], { x1: claim.threshold, x2: domain[1], fill: colour.claim_soft }),
      x_axis({ ticks: [-1, -0.5, 0, 0.5, 1, 1.5, 2].filter((tick) => tick >= domain[0] && tick <= domain[1]),
               tickFormat: (tick: number) => number.percent(tick, 0) }),
      Plot.ruleX([0], { stroke: colour.faint }),
      Plot.ruleX([claim.threshold], { stroke: colour.claim, strokeWidth: 1.5 }),
      layout.backdrop,
      Plot.text([0], {
        ...(zone_label_fits ? { x: claim.threshold, frameAnchor: "top", textAnchor: "start", dx: 1 }
                            : { frameAnchor: "top-right", textAnchor: "end", dx: layout.margin_right }),
        dy: -18, fill: colour.claim, fontWeight: 650, text: () => zone_label,
      }),
      synthesis_at > 0
        ? Plot.ruleY([bars[synthesis_at]!], { y: "key", dy: -layout.row_height / 2, stroke: colour.rule,
                                              insetLeft: -layout.margin_left, insetRight: -layout.margin_right })
        : null,
      Plot.ruleY(bars, { y: "key", x1: "from", x2: "to", dy: shift, stroke: "soft",
                         strokeWidth: 9, strokeLinecap: "round" }),
      Plot.dot(clipped_low, { y: "key", x: domain[0], dy: shift, symbol: "triangle", rotate: -90, r: 5, fill: "solid" }),
      Plot.dot(clipped_high, { y: "key", x: domain[1], dy: shift, symbol: "triangle", rotate: 90, r: 5, fill: "solid" }),
      Plot.dot(bars.filter((bar) => bar.mid !== null), {
        y: "key", x: (bar: Bar) => inside(bar.mid!), dy: shift, r: (bar: Bar) => (bar.synthesis ? 6.5 : 5.5),
        fill: (bar: Bar) => (bar.hollow ? colour.paper : bar.solid), stroke: "solid", strokeWidth: 2,
      }),
      Plot.dot(bars.filter((bar) => bar.upper), {
        y: "key", x: "from", dy: shift, dx: -9, symbol: "triangle", rotate: -90, r: 3.5, fill: "solid",
      }),
      ...layout.marks,
      Plot.text([0], { frameAnchor: "bottom", text: () => text.share_of_growth, dy: 38, fill: colour.faint }),
    ],
    r: { type: "identity" },
  });
}
