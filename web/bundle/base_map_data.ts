import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";
import type { Topology } from "topojson-specification";

const kId = "virtual:base-map-data";

/**
 * Land and borders of Natural Earth at 1:110m (public domain), without names, as a module: what
 * src/charts/base_map.ts draws under maps.
 */
export function base_map_data(): Plugin {
  return {
    name: "base-map-data",
    resolveId: (id) => (id === kId ? `\0${kId}` : undefined),
    load(id) {
      if (id !== `\0${kId}`) return;
      const file = createRequire(import.meta.url).resolve("world-atlas/countries-110m.json");
      const topology = JSON.parse(readFileSync(file, "utf8")) as Topology;
      const countries = topology.objects["countries"]!;
      if (countries.type === "GeometryCollection") for (const one of countries.geometries) delete one.properties;
      return `export const topology = JSON.parse(${JSON.stringify(JSON.stringify(topology))});`;
    },
  };
}
