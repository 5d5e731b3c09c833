import { text_width } from "../format/text_width";
import type { Row, Table } from "../result/table";
import { base_map, type BaseMap, type Place } from "./base_map";
import { svg, type Drawing } from "./drawing";
import { colour, is_narrow, text_size, type ChartContext } from "./frame";

/** All links between two places, by whatever mode. */
interface Pair {
  name: string;
  from: Place;
  to: Place;
  before: number;
  after: number;
}

interface Node {
  name: string;
  at: Place;
  traffic: number;
  focus: boolean;
}

/** Relative changes of traffic that the second map tells apart, the largest gain first. */
const kClasses: { above: number; tint: string }[] = [
  { above: 0.1, tint: "var(--up-5)" },
  { above: 0.01, tint: "var(--up-3)" },
  { above: -0.01, tint: colour.other },
  { above: -0.1, tint: "var(--down-2)" },
  { above: -Infinity, tint: "var(--claim)" },
];

const kThinnest = 0.8;

function place(row: Row, end: "from" | "to"): Place | null {
  const longitude = row.number(`${end}_longitude`);
  const latitude = row.number(`${end}_latitude`);
  return longitude === null || latitude === null ? null : [longitude, latitude];
}

function network_of(table: Table): { pairs: Pair[]; nodes: Node[] } {
  const pairs = new Map<string, Pair>();
  const nodes = new Map<string, Node>();
  for (const row of table.rows) {
    const from = place(row, "from");
    const to = place(row, "to");
    if (!from || !to) continue;
    const before = row.number("traffic_musd") ?? 0;
    const after = row.number("traffic_after_musd") ?? before;
    const [first, second] = row.text("from") < row.text("to") ? ["from", "to"] as const : ["to", "from"] as const;
    const name = `${row.text(first)} – ${row.text(second)}`;
    const ends = first === "from" ? { from, to } : { from: to, to: from };
    const pair = pairs.get(name) ?? { name, ...ends, before: 0, after: 0 };
    pairs.set(name, { ...pair, before: pair.before + before, after: pair.after + after });
    for (const end of ["from", "to"] as const) {
      const at = end === "from" ? from : to;
      const node = nodes.get(row.text(end)) ?? { name: row.text(end), at, traffic: 0, focus: false };
      nodes.set(node.name, { ...node, traffic: node.traffic + before, focus: node.focus || row.flag(`${end}_focus`) });
    }
  }
  return { pairs: [...pairs.values()], nodes: [...nodes.values()] };
}

function tint_of(pair: Pair): string {
  const change = pair.before > 0 ? pair.after / pair.before - 1 : pair.after > 0 ? Infinity : 0;
  return kClasses.find((one) => change > one.above)!.tint;
}

/** Names of places where they have room beside other names and dots, the busiest first. */
function labels(nodes: Node[], map: BaseMap, size: number): Drawing {
  const taken = nodes.flatMap((node): [number, number, number, number][] => {
    const at = map.projection(node.at);
    return at ? [[at[0] - 3, at[1] - 3, at[0] + 3, at[1] + 3]] : [];
  });
  const texts: Drawing[] = [];
  const order = nodes.slice().sort((a, b) =>
    Number(b.focus) - Number(a.focus) || b.traffic - a.traffic || a.name.localeCompare(b.name));
  for (const node of order) {
    const at = map.projection(node.at);
    if (!at || at[0] < 0 || at[0] > map.width || at[1] < 0 || at[1] > map.height) continue;
    const breadth = text_width(node.name, size);
    for (const [left, top] of [[6, 0], [-6 - breadth, 0], [-breadth / 2, -size * 0.9], [-breadth / 2, size * 0.9]] as const) {
      const box: [number, number, number, number] = [
        at[0] + left, at[1] + top - size * 0.55, at[0] + left + breadth, at[1] + top + size * 0.55];
      const free = box[0] > 2 && box[2] < map.width - 2 && box[1] > 2 && box[3] < map.height - 2 &&
        taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
      if (!free) continue;
      taken.push(box);
      texts.push(svg("text", { x: box[0].toFixed(1), y: (at[1] + top).toFixed(1), dy: "0.35em" }, node.name));
      break;
    }
  }
  return svg("g", {
    fill: colour.ink, stroke: colour.paper, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke", "font-size": size,
  }, ...texts);
}

/** One significant digit. */
function round_value(value: number): number {
  const step = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return Math.max(step, Math.round(value / step) * step);
}

/** Trade on a network before and after, line width by value; after: colour by the change. */
export function corridor_map(table: Table, context: ChartContext): Drawing | null {
  const { number, text } = context.locale;
  const narrow = is_narrow(context);
  const size = text_size(context);
  const { pairs, nodes } = network_of(table);
  const focus = nodes.filter((node) => node.focus);
  if (focus.length < 2) return null;
  const map = base_map(focus.map((node) => node.at), context.width, narrow ? 18 : 36);
  const seen = pairs.filter((pair) => map.path({ type: "LineString", coordinates: [pair.from, pair.to] }));
  const largest = Math.max(1, ...seen.flatMap((pair) => [pair.before, pair.after]));
  const width_of = (traffic: number) => Math.max(kThinnest, (narrow ? 9 : 14) * Math.sqrt(traffic / largest));

  const panel = (which: "before" | "after", top: number, title: string) => {
    const lines = seen.slice().sort((a, b) => a[which] - b[which]).map((pair) => {
      const cut = which === "after" && pair.after === 0 && pair.before > 0;
      return svg("path", {
        d: map.path({ type: "LineString", coordinates: [pair.from, pair.to] }) ?? "",
        stroke: which === "before" ? colour.other : tint_of(pair),
        "stroke-width": cut ? 2 : width_of(pair[which]).toFixed(2),
        ...(cut ? { "stroke-dasharray": "2 5" } : {}),
      }, svg("title", {},
        `${pair.name}\n${text.map_before}: ${number.plain(pair.before)}\n${text.map_after}: ${number.plain(pair.after)}`));
    });
    const dots = nodes.flatMap((node) => {
      const at = map.path({ type: "Point", coordinates: node.at }) ? map.projection(node.at) : null;
      return at ? [svg("circle", { cx: at[0].toFixed(1), cy: at[1].toFixed(1), r: narrow ? 1.8 : 2.4 })] : [];
    });
    const clip = `map-${which}-${context.width}`;
    return svg("g", { transform: `translate(0,${top})`, "data-panel": which },
      svg("text", { y: -8, "font-weight": 650, fill: colour.ink }, title),
      map.backdrop(clip),
      svg("g", { "clip-path": `url(#${clip})` },
        svg("g", { fill: "none", "stroke-linecap": "round" }, ...lines),
        svg("g", { fill: colour.paper, stroke: colour.ink }, ...dots),
        labels(nodes, map, size - (narrow ? 3 : 2))));
  };

  // Entries of a key from left to right, wrapped to the width.
  const key = (items: { label: string; mark: Drawing }[], top: number) => {
    let x = 0;
    let row = 0;
    const entries = items.map(({ label, mark }) => {
      const breadth = 34 + text_width(label, size) + 16;
      if (x > 0 && x + breadth > context.width) {
        x = 0;
        row += 1;
      }
      const entry = svg("g", { transform: `translate(${x.toFixed(1)},${top + row * 20})` },
        mark, svg("text", { x: 32, dy: "0.35em" }, label));
      x += breadth;
      return entry;
    });
    return { marks: entries, height: (row + 1) * 20 };
  };
  const stroke = (tint: string, width: number) =>
    svg("line", { x1: 2, x2: 26, stroke: tint, "stroke-width": width.toFixed(2) });
  const widths = key([1, 0.25, 0.05].map((part) => round_value(part * largest)).map((value) => ({
    label: text.map_value(number.plain(value)), mark: stroke(colour.other, width_of(value)),
  })), 10);
  const first = widths.height + 34;
  const between = first + map.height + 18;
  const changes = key(kClasses.map(({ tint }, place_in_list) => ({
    label: text.map_changes[place_in_list]!, mark: stroke(tint, 4),
  })), between);
  const second = between + changes.height + 24;
  const height = second + map.height + 4;
  return svg("svg", {
    xmlns: "http://www.w3.org/2000/svg", width: context.width, height, viewBox: `0 0 ${context.width} ${height}`,
    fill: colour.quiet, style: `font-family: inherit; font-size: ${size}px; max-width: 100%; height: auto; overflow: visible`,
  },
    ...widths.marks, panel("before", first, text.map_before), ...changes.marks, panel("after", second, text.map_after));
}
