// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { realised, redraw, svg, type Drawing } from "../../src/charts/drawing";

/** A tree that follows from a seed, so that two seeds share some of it. */
function tree(seed: number, depth = 3): Drawing {
  const dice = (sides: number) => {
    seed = (seed * 16807) % 2147483647;
    return seed % sides;
  };
  const grow = (left: number): Drawing => svg(
    (["g", "path", "text"] as const)[dice(3)]!,
    { fill: dice(2) ? "red" : null, d: String(dice(4)), [`k${dice(3)}`]: dice(5) },
    ...Array.from({ length: left ? dice(5) : 0 }, () => (dice(3) ? grow(left - 1) : dice(2) ? `words ${dice(3)}` : null)));
  return svg("svg", {}, grow(depth), grow(depth));
}

describe("redraw", () => {
  it("makes of any picture any other", () => {
    for (let seed = 1; seed < 300; seed += 1) {
      const before = tree(seed * 31);
      const next = tree(seed * 17 + 5);
      const node = realised(before);
      redraw(node, before, next);
      expect(node.isEqualNode(realised(next))).toBe(true);  // in whatever order attributes came
    }
  });
  it("keeps the nodes, and touches only what differs", () => {
    const picture = (colour: string) => svg("svg", { width: 9 }, svg("path", { d: "M0 0", fill: colour }), svg("text", {}, "same"));
    const node = realised(picture("red"));
    const [path, text] = [...node.children];
    const touched: string[] = [];
    for (const one of [node, path!, text!]) {
      const plain = one.setAttribute.bind(one);
      one.setAttribute = (name: string, value: string) => (touched.push(name), plain(name, value));
    }
    redraw(node, picture("red"), picture("blue"));
    expect([...node.children]).toEqual([path, text]);
    expect(touched).toEqual(["fill"]);
  });
});
