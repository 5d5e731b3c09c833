declare module "virtual:base-map-data" {
  export const topology: import("topojson-specification").Topology;
}
