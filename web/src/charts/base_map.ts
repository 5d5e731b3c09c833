import { geoAzimuthalEqualArea, geoBounds, geoPath, type GeoPath, type GeoProjection } from "d3-geo";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection } from "topojson-specification";
import { topology } from "virtual:base-map-data";
import { svg, type Drawing } from "./drawing";
import { colour } from "./frame";

export type Place = [longitude: number, latitude: number];

export interface BaseMap {
  projection: GeoProjection;
  path: GeoPath;
  width: number;
  height: number;
  /** Land and borders, clipped to the frame; `id` must differ between the maps of a picture. */
  backdrop: (id: string) => Drawing;
}

const land = feature(topology, topology.objects["land"]!);
const borders = mesh(topology, topology.objects["countries"] as GeometryCollection, (a, b) => a !== b);

/** An equal-area map that holds some places with `room` pixels around them. */
export function base_map(places: Place[], width: number, room: number): BaseMap {
  const points = { type: "MultiPoint" as const, coordinates: places };
  const [[west, south], [east, north]] = geoBounds(points);
  const middle = (west + (east < west ? east + 360 : east)) / 2;
  const projection = geoAzimuthalEqualArea().rotate([-middle, -(south + north) / 2]).precision(0.3);
  // As high as the places are when they fill the width, within bounds.
  projection.fitWidth(width - 2 * room, points);
  const ys = places.map((place) => projection(place)?.[1] ?? 0);
  const wanted = Math.max(...ys) - Math.min(...ys) + 2 * room;
  const height = Math.round(Math.min(width, Math.max(width * 0.4, wanted)));
  projection.fitExtent([[room, room], [width - room, height - room]], points);
  projection.clipExtent([[0, 0], [width, height]]);
  const path = geoPath(projection).digits(1);
  const ground = [
    svg("path", { d: path(land) ?? "", fill: colour.grid }),
    svg("path", { d: path(borders) ?? "", fill: "none", stroke: colour.paper, "stroke-width": 1.2 }),
    svg("rect", { width, height, fill: "none", stroke: colour.rule }),
  ];
  return {
    projection, path, width, height,
    backdrop: (id) => svg("g", {}, svg("clipPath", { id }, svg("rect", { width, height })), ...ground),
  };
}
