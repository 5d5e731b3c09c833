import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import type { Topology } from "topojson-specification";
import { kUnpack, packed } from "./packed.ts";

const kId = "virtual:base-map-data";

/** Degrees: the home region is drawn finely, the rest of the world to a larger tolerance. */
const kHome = { west: 22, east: 92, south: 35, north: 60 };
const kHomeTolerance = 0.03;
const kTolerance = 0.8;
const kGrid = 0.02;

type Point = [number, number];

/** Douglas and Peucker (1973): the points that keep a line within a tolerance; the ends always stay. */
function simplified(points: Point[], tolerance: number): Point[] {
  const keep = new Array<boolean>(points.length).fill(false);
  keep[0] = keep[points.length - 1] = true;
  const open: [number, number][] = [[0, points.length - 1]];
  while (open.length) {
    const [first, last] = open.pop()!;
    const [x0, y0] = points[first]!;
    const [x1, y1] = points[last]!;
    const length = Math.hypot(x1 - x0, y1 - y0);
    let farthest = -1;
    let distance = tolerance;
    for (let k = first + 1; k < last; ++k) {
      const [x, y] = points[k]!;
      // A ring starts where it ends: then the distance to that point counts.
      const away = length > 0 ? Math.abs((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / length : Math.hypot(x - x0, y - y0);
      if (away > distance) {
        distance = away;
        farthest = k;
      }
    }
    if (farthest < 0) continue;
    keep[farthest] = true;
    open.push([first, farthest], [farthest, last]);
  }
  return points.filter((_, k) => keep[k]);
}

/**
 * Coarser outlines. Borders that two countries share are one arc, so that both keep meeting; rings
 * that become a line (islets far away) stay, and draw nothing.
 */
function thinned(topology: Topology): Topology {
  const { scale, translate } = topology.transform!;
  topology.arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    const points = arc.map(([dx, dy]): Point =>
      [(x += dx!) * scale[0] + translate[0], (y += dy!) * scale[1] + translate[1]]);
    const home = points.some(([longitude, latitude]) =>
      longitude > kHome.west && longitude < kHome.east && latitude > kHome.south && latitude < kHome.north);
    const kept = simplified(points, home ? kHomeTolerance : kTolerance)
      .map(([longitude, latitude]): Point => [Math.round((longitude + 180) / kGrid), Math.round((latitude + 90) / kGrid)]);
    return kept.map(([px, py], k) => (k === 0 ? [px, py] : [px - kept[k - 1]![0], py - kept[k - 1]![1]]));
  });
  topology.transform = { scale: [kGrid, kGrid], translate: [-180, -90] };
  return topology;
}

/**
 * Land and borders of Natural Earth at 1:50m (public domain), without names and coarser far from the
 * home region, as a module: what src/charts/base_map.ts draws under maps.
 */
export function base_map_data(): Plugin {
  return {
    name: "base-map-data",
    resolveId: (id) => (id === kId ? `\0${kId}` : undefined),
    load(id) {
      if (id !== `\0${kId}`) return;
      const file = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
      const topology = thinned(JSON.parse(readFileSync(file, "utf8")) as Topology);
      const countries = topology.objects["countries"]!;
      if (countries.type === "GeometryCollection") for (const one of countries.geometries) delete one.properties;
      return `${kUnpack}export const topology = ${packed(topology, kGrid)};`;
    },
  };
}
