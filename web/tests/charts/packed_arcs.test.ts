import { describe, expect, it } from "vitest";
import type { Topology } from "topojson-specification";
import { packed } from "../../bundle/packed";
import { unpacked } from "../../src/charts/packed_arcs";

const topology = (points: [number, number][][]): Topology => ({
  type: "Topology", objects: {}, transform: { scale: [0.001, 0.001], translate: [-180, -90] },
  arcs: points.map((arc) => arc.map(([x, y], place) => (place === 0 ? [x, y] : [x - arc[place - 1]![0], y - arc[place - 1]![1]]))),
});

/** The arcs that a page gets, in degrees. */
function arcs_of(made: Topology, grid: number): [number, number][][] {
  const text = JSON.parse(/unpacked\((".*")\)/s.exec(packed(made, grid))![1]!) as string;
  return unpacked(text).map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]): [number, number] => [(x += dx) * grid - 180, (y += dy) * grid - 90]);
  });
}

describe("a packed topology", () => {
  it("has every point within half a step of the grid, however far it goes", () => {
    const points: [number, number][][] = [[[0, 0], [360_000, 180_000], [359_000, 12]], [[179_993, 90_007], [180_100, 89_000], [5, 179_000]]];
    const found = arcs_of(topology(points), 0.05);
    expect(found.map((arc) => arc.length)).toEqual([3, 3]);
    found.forEach((arc, line) => arc.forEach(([x, y], place) => {
      expect(Math.abs(x + 180 - points[line]![place]![0] / 1000)).toBeLessThanOrEqual(0.0251);
      expect(Math.abs(y + 90 - points[line]![place]![1] / 1000)).toBeLessThanOrEqual(0.0251);
    }));
  });

  it("leaves out steps that the grid does not see, but never an end", () => {
    expect(arcs_of(topology([[[1000, 1000], [1001, 1001], [1002, 1000], [2000, 1000]], [[5, 5], [6, 5]]]), 0.05).map((arc) => arc.length)).toEqual([2, 2]);
  });
});
