import { sankey, sankeyLinkHorizontal, type SankeyLink, type SankeyNode } from "d3-sankey";
import { colour, is_narrow, text_size, type Chart, type ChartContext } from "../../charts/frame";
import { text_width } from "../../format/text_width";
import type { Row, Table } from "../../result/table";
import { diverging, type Diverging } from "./diverging";
import { diverging_key } from "./diverging_key";
import { chart_svg } from "./rows";
import { svg, type Drawing } from "../../charts/drawing";

interface Place {
  key: string;
  label: string;
}
interface Stream {
  amount: number;
  change: number;
}

/** One picture of the flows; before and after share a scale, so that widths compare. */
function panel(
  rows: Row[], amount: "before" | "after", title: string, scale: Diverging, context: ChartContext,
  at: { x: number; width: number; top: number; height: number; most: number }, other: string,
): Drawing {
  const places = new Map<string, Place>();
  const place = (side: string, code: string, label: string) => {
    const key = `${side}:${code}`;
    places.set(key, { key, label });
    return key;
  };
  const links = rows.map((row) => {
    const before = row.number("before_musd")!;
    const after = row.number("after_musd")!;
    return {
      source: place("from", row.text("exporter"), row.text("exporter_name")),
      target: place("to", row.text("importer"), row.text("importer_name")),
      value: Math.max(1e-9, amount === "before" ? before : after),
      amount: amount === "before" ? before : after,
      change: before > 0 ? after / before - 1 : 0,
    };
  });
  const total = links.reduce((sum, link) => sum + link.value, 0);
  const size = text_size(context) - 1;
  const room = Math.min(at.width * 0.3, 8 + Math.max(...[...places.values()].map((one) => text_width(one.label, size))));
  const height = at.height * (total / at.most);
  const graph = sankey<Place, Stream>().nodeId((node) => node.key).nodeWidth(9).nodePadding(7).nodeSort(null)
    .extent([[at.x + room, at.top + 22], [at.x + at.width - room, at.top + 22 + Math.max(60, height)]])(
      { nodes: [...places.values()].map((one) => ({ ...one })), links });
  const path = sankeyLinkHorizontal<Place, Stream>();
  const streams = graph.links.map((link: SankeyLink<Place, Stream>) => {
    const { number } = context.locale;
    const from = (link.source as SankeyNode<Place, Stream>).label;
    const to = (link.target as SankeyNode<Place, Stream>).label;
    return svg("path", {
      d: path(link) ?? "", fill: "none", "stroke-width": Math.max(1, link.width ?? 1), "stroke-opacity": 0.75,
      stroke: amount === "before" ? colour.other_soft : scale.colour(link.change),
    }, svg("title", {}, `${from} → ${to}: ${number.plain(link.amount)} (${number.percent(link.change, 1, true)})`));
  });
  const names = graph.nodes.flatMap((node: SankeyNode<Place, Stream>) => {
    const left = node.key.startsWith("from:");
    const middle = ((node.y0 ?? 0) + (node.y1 ?? 0)) / 2;
    return [
      svg("rect", { x: node.x0 ?? 0, y: node.y0 ?? 0, width: 9, height: Math.max(1, (node.y1 ?? 0) - (node.y0 ?? 0)), fill: colour.ink }),
      svg("text", { x: left ? (node.x0 ?? 0) - 6 : (node.x1 ?? 0) + 6, y: middle, dy: "0.35em", "font-size": size,
                    "text-anchor": left ? "end" : "start", fill: colour.ink }, node.label),
    ];
  });
  return svg("g", {},
    svg("text", { x: at.x + at.width / 2, y: at.top + 8, "text-anchor": "middle", "font-weight": 650, fill: colour.ink }, title),
    ...streams, ...names,
    svg("text", { x: at.x + at.width / 2, y: at.top + at.height + 46, "text-anchor": "middle", fill: colour.faint }, other));
}

/** The largest flows before and after, side by side; on a phone one above the other. */
export function flows(words: { before: string; after: string }): Chart {
  return (table: Table, context) => {
    const known = table.rows.filter((row) => row.number("before_musd") !== null && row.number("after_musd") !== null);
    // All others together would dwarf the rest: they are a number below, not a band.
    const rows = known.filter((row) => row.text("exporter"));
    const other = known.find((row) => !row.text("exporter"));
    if (!rows.length) return null;
    const scale = diverging(rows.map((row) => row.number("after_musd")! / Math.max(1e-9, row.number("before_musd")!) - 1));
    const sum = (name: string) => rows.reduce((total, row) => total + row.number(name)!, 0);
    const most = Math.max(sum("before_musd"), sum("after_musd"));
    const narrow = is_narrow(context);
    const gap = 24;
    const width = narrow ? context.width : (context.width - gap) / 2;
    const height = Math.max(240, rows.length * 24);
    const below = (amount: string) => (other ? `${other.text("exporter_name")}: ${context.locale.number.plain(other.number(amount))}` : "");
    const second = narrow ? { x: 0, top: height + 70 } : { x: width + gap, top: 0 };
    const bottom = narrow ? 2 * (height + 70) + 10 : height + 66;
    return chart_svg(context, bottom + 34,
      ...diverging_key(scale, context, bottom).nodes,
      panel(rows, "before", words.before, scale, context, { x: 0, top: 0, width, height, most }, below("before_musd")),
      panel(rows, "after", words.after, scale, context, { ...second, width, height, most }, below("after_musd")));
  };
}
