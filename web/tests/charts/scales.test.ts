import { describe, expect, it } from "vitest";
import { growth_ticks } from "../../src/charts/log_axis";
import { growth_classes, growth_colour } from "../../src/charts/windows";

describe("growth_classes", () => {
  it("hold nought and even steps", () => {
    const bounds = growth_classes([-0.28, -0.1, 0.05, 0.2, 0.35, 0.41]);
    expect(bounds).toContain(0);
    const steps = bounds.slice(1).map((bound, place) => Math.round((bound - bounds[place]!) * 1e6) / 1e6);
    expect(new Set(steps).size).toBe(1);
  });

  it("stay within the palette, however wide the growth", () => {
    for (const growth of [[-0.9, 12], [0.01, 0.02], [-0.03, -0.02], [0], []]) {
      const bounds = growth_classes(growth);
      expect(bounds.length).toBeLessThanOrEqual(8);
      expect(bounds).toContain(0);
    }
  });

  it("colour by sign and distance from nought", () => {
    const bounds = [-0.2, -0.1, 0, 0.1, 0.2];
    expect(growth_colour(-0.001, bounds)).toBe("var(--down-1)");
    expect(growth_colour(-0.5, bounds)).toBe("var(--down-3)");
    expect(growth_colour(0, bounds)).toBe("var(--up-1)");
    expect(growth_colour(0.15, bounds)).toBe("var(--up-2)");
    expect(growth_colour(9, bounds)).toBe("var(--up-3)");
  });
});

describe("growth_ticks", () => {
  it("stand at the logs of round growth rates inside the domain", () => {
    const ticks = growth_ticks([0, 0.45], 6);
    expect(ticks.map((tick) => Math.round(tick.growth * 100))).toEqual([0, 10, 20, 30, 40, 50]);
    for (const tick of ticks) expect(tick.at).toBeCloseTo(Math.log1p(tick.growth), 12);
  });

  it("keep apart over a wide domain, nought among them", () => {
    const domain: [number, number] = [-0.6, 1.9];
    const ticks = growth_ticks(domain, 7);
    expect(ticks.some((tick) => tick.growth === 0)).toBe(true);
    for (let place = 1; place < ticks.length; place += 1) {
      expect(ticks[place]!.at - ticks[place - 1]!.at).toBeGreaterThanOrEqual(2.5 / 8 - 1e-12);
    }
    for (const tick of ticks) {
      expect(tick.at).toBeGreaterThanOrEqual(domain[0]);
      expect(tick.at).toBeLessThanOrEqual(domain[1]);
    }
  });
});
