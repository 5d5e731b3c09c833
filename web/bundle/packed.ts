import type { Topology } from "topojson-specification";
import { kDigits, kHalf } from "../src/charts/packed_arcs.ts";

/** A whole number as digits of base kHalf, the lowest first; each but the last is raised by kHalf. */
function digits(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = "";
  for (;;) {
    const digit = rest % kHalf;
    rest = (rest - digit) / kHalf;
    if (rest === 0) return text + kDigits[digit];
    text += kDigits[digit + kHalf];
  }
}

/**
 * A topology as the source of an expression that makes it: its points on a grid of `grid` degrees,
 * each as the step from the one before. A third of the bytes of its JSON, packed or not.
 */
export function packed(topology: Topology, grid: number): string {
  const { scale, translate } = topology.transform!;
  const arcs = topology.arcs.map((arc) => {
    let x = 0;
    let y = 0;
    let before: [number, number] = [0, 0];
    return arc.map(([dx, dy], place) => {
      x += dx!;
      y += dy!;
      const at: [number, number] = [Math.round((x * scale[0] + translate[0] + 180) / grid), Math.round((y * scale[1] + translate[1] + 90) / grid)];
      const step: [number, number] = [at[0] - before[0], at[1] - before[1]];
      before = at;
      // A step that the grid does not see draws nothing; the ends stay, for arcs that meet there.
      return place > 0 && place < arc.length - 1 && !step[0] && !step[1] ? "" : digits(step[0]) + digits(step[1]);
    }).join("");
  });
  const rest = { type: topology.type, objects: topology.objects, transform: { scale: [grid, grid], translate: [-180, -90] } };
  return `({ ...JSON.parse(${JSON.stringify(JSON.stringify(rest))}), arcs: unpacked(${JSON.stringify(arcs.join(" "))}) })`;
}

/** The line that a module with packed topologies begins with. */
export const kUnpack = `import { unpacked } from ${JSON.stringify(new URL("../src/charts/packed_arcs.ts", import.meta.url).pathname)};\n`;
