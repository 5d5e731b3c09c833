import { geoEqualEarth, geoGraticule10, geoMercator, geoPath, type GeoPath, type GeoPermissibleObjects, type GeoProjection } from "d3-geo";
import type { Feature, FeatureCollection, Geometry, LineString, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { colour, text_size, type Chart, type ChartContext } from "../../charts/frame";
import { text_width } from "../../format/text_width";
import { atlas, small_places } from "virtual:atlas";
import { diverging, type Diverging } from "./diverging";
import { diverging_key } from "./diverging_key";
import { chart_svg } from "./rows";
import { svg, type Drawing } from "../../charts/drawing";

export type Focus = "world" | "eurasia";

export interface MapWords {
  no_data: string;
  imputed: string;
  member: string;
}

const topology = atlas as unknown as Topology<{ countries: GeometryCollection }>;
const countries = feature(topology, topology.objects.countries) as FeatureCollection<Geometry>;
const kAntarctica = 10;

/** Number of an economy, with and without the leading noughts that an atlas writes. */
const number_of = (one: Feature<Geometry>) => Number(one.id);

interface Shapes {
  /** Outline by ISO number; dots for places too small for the atlas. */
  areas: { number: number; path: string }[];
  dots: { number: number; x: number; y: number }[];
  borders: Drawing[];
  /** Under the areas: the hatching's pattern, the sea, the graticule. */
  ground: Drawing[];
  height: number;
}

const kept = new Map<string, Shapes>();

const kEurasia: GeoPermissibleObjects = {
  type: "MultiPoint", coordinates: [[18, 36], [18, 62], [100, 30], [135, 60], [60, 72], [75, 26], [120, 45]],
};

function projection_for(focus: Focus, width: number): { projection: GeoProjection; height: number } {
  if (focus === "world") {
    const height = Math.round(width * 0.47);
    return { projection: geoEqualEarth().rotate([-12, 0]).fitExtent([[1, 1], [width - 1, height * 1.09]], { type: "Sphere" }), height };
  }
  const height = Math.round(width * (width < 560 ? 0.72 : 0.52));
  return { projection: geoMercator().rotate([-68, 0]).fitExtent([[6, 6], [width - 6, height - 6]], kEurasia), height };
}

/** Pixels across which a line is drawn in one piece, and the most points of one. */
const kPiece = 150, kPoints = 20;

/**
 * Lines as paths of the parts that lie near one another. Where a map is repainted in part, a browser
 * goes through all of a path that touches the part; one path of all the borders there are is slow.
 */
function in_pieces(lines: Position[][], path: GeoPath): string[] {
  const pieces = new Map<string, string>();
  for (const line of lines) {
    for (let from = 0; from < line.length - 1; from += kPoints) {
      const part: LineString = { type: "LineString", coordinates: line.slice(from, from + kPoints + 1) };
      const [[left, top], [right, bottom]] = path.bounds(part);
      const key = `${Math.floor((left + right) / 2 / kPiece)} ${Math.floor((top + bottom) / 2 / kPiece)}`;
      pieces.set(key, (pieces.get(key) ?? "") + (path(part) ?? ""));
    }
  }
  return [...pieces.values()].filter((one) => one);
}

/** Outlines of a projection, computed once for each width. */
function shapes(focus: Focus, width: number): Shapes {
  const key = `${focus} ${width}`;
  const known = kept.get(key);
  if (known) return known;
  const { projection, height } = projection_for(focus, width);
  projection.clipExtent([[0, 0], [width, height]]);
  const path = geoPath(projection).digits(1);
  const inside = (x: number, y: number) => x > 2 && x < width - 2 && y > 2 && y < height - 2;
  const made: Shapes = {
    areas: countries.features.filter((one) => number_of(one) !== kAntarctica)
      .map((one) => ({ number: number_of(one), path: path(one) ?? "" })).filter((one) => one.path),
    dots: small_places.flatMap(({ number, at }) => {
      const place = projection(at);
      return place && inside(...place) ? [{ number, x: Math.round(place[0] * 10) / 10, y: Math.round(place[1] * 10) / 10 }] : [];
    }),
    borders: in_pieces(mesh(topology, topology.objects.countries as never, (a, b) => a !== b).coordinates, path).map((d) =>
      svg("path", { d, fill: "none", stroke: "var(--paper)", "stroke-width": 0.6, "pointer-events": "none" })),
    ground: [
      svg("defs", {}, svg("pattern", { id: "assumed", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 1.1, height: 5, fill: "var(--hatch)" }))),
      svg("path", { d: path({ type: "Sphere" }) ?? "", fill: "var(--sea)" }),
      ...(focus === "world" ? in_pieces(geoGraticule10().coordinates, path).map((d) => svg("path", { d, fill: "none", stroke: colour.grid, "stroke-width": 0.5 })) : []),
    ],
    height,
  };
  if (kept.size > 12) kept.clear();
  kept.set(key, made);
  return made;
}

function legend(scale: Diverging, words: MapWords, context: ChartContext, top: number, imputed: boolean): { nodes: Drawing[]; height: number } {
  const size = text_size(context) - 1;
  const { nodes, width } = diverging_key(scale, context, top);
  let x = context.width >= 800 ? width + 26 : 0;
  let y = context.width >= 800 ? top : top + 40;
  const entries: [string, Record<string, string | number>][] = [
    [words.no_data, { fill: "var(--no-data)" }],
    ...(imputed ? [[words.imputed, { fill: "url(#assumed)", stroke: colour.rule }] as [string, Record<string, string | number>]] : []),
    [words.member, { fill: "none", stroke: colour.ink, "stroke-width": 1.6 }],
  ];
  for (const [label, look] of entries) {
    const room = 22 + text_width(label, size) + 18;
    if (x > 0 && x + room > context.width) {
      x = 0;
      y += 20;
    }
    nodes.push(svg("rect", { x: x + 1, y, width: 15, height: 11, ...look }));
    nodes.push(svg("text", { x: x + 22, y: y + 10, "font-size": size, fill: colour.quiet }, label));
    x += room;
  }
  return { nodes, height: Math.max(y + 16, top + 30) - top };
}

/**
 * The world, or the middle of it, coloured by `value`: blues above nought, browns below, grey where
 * nothing is known, hatched where the economy's own data are assumed, outlined where it is in the bloc.
 * `beside`: values of another map that is to share the scale.
 */
export function world_map(focus: Focus, words: MapWords, beside: (number | null)[] = []): Chart {
  return (table, context) => {
    const rows = new Map(table.rows.map((row) => [row.number("number"), row]));
    if (!table.rows.some((row) => row.number("value") !== null)) return null;
    const scale = diverging([...table.rows.map((row) => row.number("value")), ...beside]);
    const drawn = shapes(focus, context.width);
    const look = (number: number) => {
      const row = rows.get(number);
      const value = row?.number("value") ?? null;
      return {
        fill: value === null ? "var(--no-data)" : scale.colour(value),
        ...(row ? { "data-code": row.text("economy"), class: "place" } : {}),
      };
    };
    const areas: Drawing[] = [], hatched: Drawing[] = [], outlined: Drawing[] = [];
    for (const { number, path } of drawn.areas) {
      const row = rows.get(number);
      areas.push(svg("path", { d: path, ...look(number) }));
      if (row?.flag("imputed")) hatched.push(svg("path", { d: path, fill: "url(#assumed)" }));
      if (row?.flag("member")) outlined.push(svg("path", { d: path, fill: "none", stroke: colour.ink, "stroke-width": 1.4, "stroke-linejoin": "round" }));
    }
    const dots: Drawing[] = [];
    for (const { number, x, y } of drawn.dots) {
      if (!rows.has(number)) continue;
      dots.push(svg("circle", { cx: x, cy: y, r: context.width < 560 ? 2.5 : 3.5, ...look(number),
                                  stroke: rows.get(number)!.flag("member") ? colour.ink : "var(--paper)", "stroke-width": 1 }));
    }
    const imputed = table.rows.some((row) => row.flag("imputed"));
    const below = legend(scale, words, context, drawn.height + 14, imputed);
    return chart_svg(context, drawn.height + 14 + below.height,
      ...drawn.ground,
      svg("g", {}, ...areas),
      ...drawn.borders,
      svg("g", { "pointer-events": "none" }, ...hatched), svg("g", { "pointer-events": "none" }, ...outlined),
      svg("g", {}, ...dots), ...below.nodes);
  };
}

