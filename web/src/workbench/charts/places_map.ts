import { base_map, type BaseMap } from "../../charts/base_map";
import { colour, is_narrow, text_size, type Chart } from "../../charts/frame";
import { text_width } from "../../format/text_width";
import type { Row, Table } from "../../result/table";
import { diverging, kNeutral } from "./diverging";
import { diverging_key } from "./diverging_key";
import { change_digits, sign_colour } from "./ranked";
import { roomy, chart_svg } from "./rows";
import { svg } from "../../charts/drawing";

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const overlap = (a: Box, b: Box) =>
  Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));

/** Maps by width and places: a slider changes neither. */
const kept = new Map<string, BaseMap>();

/** A frame around places, no higher than `shape` times its width. */
function framed(at: [number, number][], shape: number): [number, number][] {
  const longitudes = at.map(([longitude]) => longitude);
  const latitudes = at.map(([, latitude]) => latitude);
  const [west, east, south, north] = [Math.min(...longitudes), Math.max(...longitudes), Math.min(...latitudes), Math.max(...latitudes)];
  const middle = (south + north) / 2;
  const half = Math.max((east - west) / 2, (north - south) / 2 / shape / Math.cos((middle * Math.PI) / 180));
  return [...at, [(west + east) / 2 - half, middle], [(west + east) / 2 + half, middle]];
}

function map_of(places: Row[], width: number, room: number, shape: number): BaseMap {
  const at = framed(places.map((row): [number, number] => [row.number("longitude")!, row.number("latitude")!]), shape);
  const key = `${width} ${at.join(" ")}`;
  const known = kept.get(key);
  if (known) return known;
  const made = base_map(at, width, room);
  if (kept.size > 12) kept.clear();
  kept.set(key, made);
  return made;
}

/**
 * Regions as circles coloured by `value`, and the trade between them as lines as wide as it is worth,
 * blue where it grows. `pairs` has both directions of every pair (exporter, importer, base_musd,
 * full_change).
 */
export function places_map(pairs: Table): Chart {
  return (table, context) => {
    const places = table.rows.filter((row) => row.flag("marked") && row.number("value") !== null && row.number("longitude") !== null);
    if (places.length < 2) return null;
    const { number } = context.locale;
    const narrow = is_narrow(context);
    const map = map_of(places, context.width, narrow ? 46 : 70, narrow ? 1 : 0.5);
    const scale = diverging(table.rows.map((row) => row.number("value")));
    const size = text_size(context);
    const radius = narrow ? 9 : 13;
    const at = new Map(places.map((row) => {
      const [x, y] = map.projection([row.number("longitude")!, row.number("latitude")!])!;
      return [row.text("economy"), { x, y, row }];
    }));

    const trade = new Map<string, { from: string; to: string; before: number; after: number }>();
    for (const row of pairs.rows) {
      const [from, to] = [row.text("exporter"), row.text("importer")].sort() as [string, string];
      const before = row.number("base_musd") ?? 0;
      const sum = trade.get(`${from} ${to}`) ?? { from, to, before: 0, after: 0 };
      sum.before += before;
      sum.after += before * (1 + (row.number("full_change") ?? 0));
      trade.set(`${from} ${to}`, sum);
    }
    const links = [...trade.values()].filter((link) => at.has(link.from) && at.has(link.to)).sort((a, b) => b.after - a.after);
    const widest = Math.max(1e-9, ...links.map((link) => link.after));
    const lines = links.map((link) => {
      const [a, b] = [at.get(link.from)!, at.get(link.to)!];
      const change = link.after / Math.max(1e-12, link.before) - 1;
      return svg("line", {
        x1: a.x, y1: a.y, x2: b.x, y2: b.y, "stroke-linecap": "round", "stroke-opacity": 0.55,
        stroke: Math.abs(change) < 5e-4 ? kNeutral : sign_colour(change), "stroke-width": 1 + (narrow ? 6 : 9) * Math.sqrt(link.after / widest),
      }, svg("title", {}, `${a.row.text("name")} – ${b.row.text("name")}: ${number.plain(link.before)} → ${number.plain(link.after)} (${number.percent(change, 1, true)})`));
    });

    // What the named regions leave of a nation lies outside: its name stands at that edge of the map.
    const nations = table.rows.filter((row) => !row.flag("marked") && row.text("nation")).map((row) => {
      const [x, y] = map.projection([row.number("longitude")!, row.number("latitude")!])!;
      const half = text_width(row.text("nation"), size) / 2 + 12;
      return svg("text", {
        x: Math.min(map.width - half, Math.max(half, x)), y: Math.min(map.height - 16, Math.max(26, y)), "text-anchor": "middle",
        fill: colour.faint, "letter-spacing": "0.06em", "pointer-events": "none" }, row.text("nation"));
    });

    const digits = change_digits(roomy(places.map((row) => row.number("value")))) + 1;
    const taken: Box[] = [...at.values()].map(({ x, y }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
    const names = [...at.values()].map(({ x, y, row }) => {
      const value = number.percent(row.number("value")!, digits, true);
      const width = Math.max(text_width(row.text("name"), size), text_width(value, size));
      const height = size * 2.4;
      const away = radius + 7;
      const choices = [
        { anchor: "start", x: x + away, y: y - height / 2 }, { anchor: "end", x: x - away, y: y - height / 2 },
        { anchor: "middle", x, y: y + away - 3 }, { anchor: "middle", x, y: y - away - height + 5 },
      ].map((choice) => {
        const left = choice.anchor === "start" ? choice.x : choice.anchor === "end" ? choice.x - width : choice.x - width / 2;
        const box = { left, right: left + width, top: choice.y, bottom: choice.y + height };
        const outside = Math.max(0, -left) + Math.max(0, box.right - map.width) + Math.max(0, -box.top) + Math.max(0, box.bottom - map.height);
        return { ...choice, box, cost: outside * 100 + taken.reduce((sum, other) => sum + overlap(box, other), 0) };
      });
      const best = choices.reduce((one, other) => (other.cost < one.cost ? other : one));
      taken.push(best.box);
      return svg("text", { "text-anchor": best.anchor, "paint-order": "stroke", stroke: colour.paper, "stroke-width": 3.5, "stroke-linejoin": "round", "pointer-events": "none" },
        svg("tspan", { x: best.x, y: best.y + size, fill: colour.ink, "font-weight": 600 }, row.text("name")),
        svg("tspan", { x: best.x, y: best.y + size * 2.15, fill: colour.ink }, value));
    });
    return chart_svg(context, map.height + 14 + 32,
      map.backdrop("places-map"),
      ...lines, ...nations,
      ...[...at.values()].map(({ x, y, row }) => svg("circle", {
        cx: x, cy: y, r: radius, fill: scale.colour(row.number("value")!), stroke: colour.ink, "stroke-width": 1.4,
        "data-code": row.text("economy"), class: "place" })),
      ...names,
      ...diverging_key(scale, context, map.height + 14).nodes);
  };
}
