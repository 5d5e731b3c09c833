import * as Plot from "@observablehq/plot";
import { text_width } from "../format/text_width";
import type { Table } from "../result/table";
import { base_map } from "./base_map";
import { realised } from "./drawing";
import { colour, colour_key, draw, is_narrow, text_size, tip_style, type Chart, type ChartContext } from "./frame";

/** The map shows the regions that carry this much of the trade; others where they fall inside it. */
const kShown = 0.9;

interface Place {
  code: string;
  name: string;
  economy: string;
  longitude: number;
  latitude: number;
  population: number;
  border: boolean;
  capital: boolean;
  share: number;
}

interface Link {
  from: Place;
  to: Place;
  share: number;
  both: boolean;
}

function places_of(regions: Table): Place[] {
  return regions.rows
    .filter((row) => row.number("longitude") !== null && row.number("latitude") !== null)
    .map((row) => ({
      code: row.text("region"),
      name: row.text("name"),
      economy: row.text("economy"),
      longitude: row.number("longitude")!,
      latitude: row.number("latitude")!,
      population: row.number("population") ?? 0,
      border: row.flag("border"),
      capital: row.flag("capital"),
      share: row.number("share") ?? 0,
    }))
    .sort((a, b) => b.share - a.share || a.code.localeCompare(b.code));
}

function links_of(pairs: Table, places: Place[], count: number): Link[] {
  const by_code = new Map(places.map((place) => [place.code, place]));
  return pairs.rows
    .map((row) => ({
      from: by_code.get(row.text("first")),
      to: by_code.get(row.text("second")),
      share: row.number("share") ?? 0,
      both: row.flag("both_on_border"),
    }))
    .filter((link): link is Link => link.from !== undefined && link.to !== undefined)
    .sort((a, b) => b.share - a.share)
    .slice(0, count);
}

/** Those that carry most of the trade, largest first. */
function focus_of(places: Place[]): Place[] {
  const total = places.reduce((sum, place) => sum + place.share, 0);
  let carried = 0;
  return places.filter((place) => {
    const shown = carried <= kShown * total;
    carried += place.share;
    return shown;
  });
}

/** Names in the order of their places; one that would cover another is left out. */
function keep_apart(svg: SVGSVGElement, context: ChartContext): void {
  const size = text_size(context);
  const taken: { left: number; right: number; y: number }[] = [];
  for (const node of svg.querySelectorAll<SVGTextElement>(".place-names text")) {
    const [x, y] = /translate\(([-\d.]+),\s*([-\d.]+)\)/.exec(node.getAttribute("transform") ?? "")?.slice(1).map(Number) ?? [0, 0];
    const width = text_width(node.textContent ?? "", size);
    const turned = x! + width + 12 > context.width;
    const box = turned ? { left: x! - width - 10, right: x! - 10, y: y! } : { left: x! + 10, right: x! + 10 + width, y: y! };
    const clash = taken.some((other) => Math.abs(other.y - box.y) < size * 1.2 && other.left < box.right && box.left < other.right);
    if (clash) {
      node.remove();
      continue;
    }
    taken.push(box);
    if (turned) {
      node.setAttribute("text-anchor", "end");
      node.setAttribute("dx", "-20");
    }
  }
}

/**
 * The map of pairs of regions: places by population, border regions and capitals marked, the
 * largest pairs as lines as wide as their share. `regions` is a table of the result.
 */
export function region_map(regions: Table): Chart {
  return (pairs, context) => {
    const { locale } = context;
    const { number, text } = locale;
    const narrow = is_narrow(context);
    const places = places_of(regions);
    const links = links_of(pairs, places, narrow ? 10 : 20);
    if (places.length < 2 || !links.length) return null;
    const focus = focus_of(places);
    const map = base_map(focus.map((place) => [place.longitude, place.latitude]), context.width, narrow ? 16 : 30);
    const key = colour_key(
      [
        { label: text.border_region, colour: colour.claim },
        { label: text.other_region, colour: colour.evidence },
        { label: text.capital, colour: colour.ink, shape: "ring" },
        { label: text.pair_on_border, colour: colour.claim, shape: "line" },
        { label: text.pair_other, colour: colour.quiet, shape: "line" },
      ],
      context, 0);
    const largest = Math.max(...places.map((place) => place.population));
    const widest = links[0]!.share;
    const radius = (place: Place) => Math.max(narrow ? 1.8 : 2.4, (narrow ? 9 : 16) * Math.sqrt(place.population / largest));
    const svg = draw(context, {
      height: map.height + key.height,
      margin: 0,
      marginTop: key.height,
      projection: () => map.projection,  // Plot moves it below the key
      marks: [
        Plot.link([...links].reverse(), {
          x1: (link: Link) => link.from.longitude, y1: (link: Link) => link.from.latitude,
          x2: (link: Link) => link.to.longitude, y2: (link: Link) => link.to.latitude,
          stroke: (link: Link) => (link.both ? colour.claim : colour.quiet), strokeOpacity: 0.7,
          strokeWidth: (link: Link) => 0.8 + (narrow ? 2.4 : 3.6) * link.share / widest, strokeLinecap: "round",
        }),
        Plot.dot(places, {
          x: "longitude", y: "latitude", r: radius, fillOpacity: 0.85,
          fill: (place: Place) => (place.border ? colour.claim : colour.evidence),
          stroke: (place: Place) => (place.capital ? colour.ink : colour.paper), strokeWidth: (place: Place) => (place.capital ? 2 : 0.8),
        }),
        Plot.text(focus.slice(0, narrow ? 14 : 30), {
          className: "place-names", x: "longitude", y: "latitude", text: "name", textAnchor: "start", dx: 10,
          fill: colour.ink, stroke: colour.paper, strokeWidth: 3, paintOrder: "stroke",
        }),
        Plot.tip(focus, Plot.pointer({
          ...tip_style, x: "longitude", y: "latitude",
          title: (place: Place) => `${place.name}, ${place.economy}\n${text.share_of_trade}: ${number.percent(place.share)}\n` +
            `${text.population}: ${number.plain(place.population)}${place.border ? `\n${text.border_region}` : ""}`,
        })),
        ...key.marks,
      ],
      r: { type: "identity" },
      color: { type: "identity" },
    });
    const ground = realised(map.backdrop("region-map"));
    ground.setAttribute("transform", `translate(0,${key.height})`);
    svg.prepend(ground);
    keep_apart(svg, context);
    return svg;
  };
}
