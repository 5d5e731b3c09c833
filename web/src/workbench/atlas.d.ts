declare module "virtual:atlas" {
  export const atlas: unknown;
  /** Places that the atlas has no outline for: ISO number, longitude and latitude. */
  export const small_places: { number: number; at: [number, number] }[];
}
