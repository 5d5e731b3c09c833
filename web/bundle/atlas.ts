import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import { geoCentroid } from "d3-geo";
import { feature } from "topojson-client";
import type { Topology } from "topojson-specification";
import { kUnpack, packed } from "./packed.ts";

const kId = "virtual:atlas";
/** Degrees: half a pixel where the map is drawn largest. */
const kGrid = 0.05;

function read(file: string): Topology {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`world-atlas/${file}`), "utf8")) as Topology;
}

function areas(topology: Topology) {
  const all = feature(topology, topology.objects["countries"]!);
  return all.type === "FeatureCollection" ? all.features : [];
}

/**
 * The atlas at 1:110m without its names, and a point for each place that only the finer atlas
 * shows: a dot on the map costs less than the finer outlines of all others.
 */
export function atlas_module(): Plugin {
  return {
    name: "atlas",
    resolveId: (id) => (id === kId ? `\0${kId}` : undefined),
    load(id) {
      if (id !== `\0${kId}`) return;
      const coarse = read("countries-110m.json");
      const drawn = new Set(areas(coarse).map((area) => Number(area.id)));
      const small = areas(read("countries-50m.json"))
        .filter((area) => area.id !== undefined && !drawn.has(Number(area.id)))
        .map((area) => ({ number: Number(area.id), at: geoCentroid(area).map((degree) => Math.round(degree * 100) / 100) }));
      delete coarse.objects["land"];
      const countries = coarse.objects["countries"]!;
      if (countries.type === "GeometryCollection") for (const one of countries.geometries) delete one.properties;
      return `${kUnpack}export const atlas = ${packed(coarse, kGrid)};\n` +
        `export const small_places = JSON.parse(${JSON.stringify(JSON.stringify(small))});`;
    },
  };
}
