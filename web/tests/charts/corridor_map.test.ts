// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { corridor_map } from "../../src/charts/corridor_map";
import { picture_node } from "../../src/charts/drawing";
import type { ChartContext } from "../../src/charts/frame";
import { make_locale } from "../../src/language/locale";
import { read_check_result } from "../../src/result/check_result";
import { Table, type Cell } from "../../src/result/table";

const claim = read_check_result('{"schema": "altyn.scenario/1"}').claim;
const context = (width: number): ChartContext => ({ width, locale: make_locale("en"), claim });
const columns = ["from", "to", "mode", "traffic_musd", "traffic_after_musd", "from_longitude", "from_latitude", "from_focus",
  "to_longitude", "to_latitude", "to_focus"].map((name) => ({ name }));
const astana: Cell[] = [71.4, 51.2, true];
const omsk: Cell[] = [73.4, 55, true];
const almaty: Cell[] = [76.9, 43.3, true];
const tokyo: Cell[] = [139.7, 35.7, false];
const rows: Cell[][] = [
  ["Astana", "Omsk", "road", 60, 90, ...astana, ...omsk],
  ["Omsk", "Astana", "rail", 40, 60, ...omsk, ...astana],
  ["Astana", "Almaty", "road", 25, 0, ...astana, ...almaty],
  ["Almaty", "Tokyo", "sea", 1, 1, ...almaty, ...tokyo],
];
const table = (of = rows) => new Table("corridor_map", { columns, rows: of });
const drawn = (width: number, of = rows) => picture_node(corridor_map(table(of), context(width))!);
const panel = (svg: SVGSVGElement, which: string) => svg.querySelector(`[data-panel=${which}]`)!;
const line = (svg: SVGSVGElement, which: string, name: string) =>
  [...panel(svg, which).querySelectorAll("path")].find((one) => one.textContent?.startsWith(name))!;

describe("corridor_map", () => {
  it("draws at every width without a broken number", () => {
    for (const width of [320, 390, 820, 1200]) {
      const svg = drawn(width);
      expect(svg.getAttribute("width")).toBe(String(width));
      expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("joins modes and directions, and makes widths grow with the root of the value", () => {
    const svg = drawn(820);
    const width = (which: string, name: string) => Number(line(svg, which, name).getAttribute("stroke-width"));
    // 100 before and 150 after, the largest: 14 pixels.
    expect(width("after", "Astana – Omsk")).toBe(14);
    expect(width("before", "Astana – Omsk")).toBeCloseTo(14 * Math.sqrt(100 / 150), 2);
    expect(width("before", "Almaty – Astana")).toBeCloseTo(14 * Math.sqrt(25 / 150), 2);
  });

  it("colours growth, and breaks the line of a closed link", () => {
    const svg = drawn(820);
    expect(line(svg, "after", "Astana – Omsk").getAttribute("stroke")).toBe("var(--up-5)");
    expect(line(svg, "after", "Almaty – Astana").getAttribute("stroke-dasharray")).toBeTruthy();
    expect(line(svg, "before", "Almaty – Astana").getAttribute("stroke-dasharray")).toBeNull();
  });

  it("names the places in the picture, and none outside it", () => {
    const words = [...panel(drawn(820), "after").querySelectorAll("text")].map((one) => one.textContent);
    expect(words).toEqual(expect.arrayContaining(["Astana", "Omsk", "Almaty"]));
    expect(words).not.toContain("Tokyo");
  });

  it("is the same for any order of rows, and nothing without places", () => {
    const lines = (of: Cell[][]) => [...drawn(820, of).querySelectorAll("path")].map((one) => one.outerHTML).sort();
    expect(lines(rows.slice().reverse())).toEqual(lines(rows));
    expect(corridor_map(table([]), context(820))).toBeNull();
    expect(corridor_map(new Table("corridor_map", { columns: [{ name: "other" }], rows: [[1]] }), context(820))).toBeNull();
  });
});
