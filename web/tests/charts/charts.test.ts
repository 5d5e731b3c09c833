// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { agreement_estimates, agreement_path, phase_in } from "../../src/charts/agreement";
import { base_effect } from "../../src/charts/base_effect";
import { counterfactual, counterfactual_members } from "../../src/charts/counterfactual";
import { picture_node } from "../../src/charts/drawing";
import type { Chart, ChartContext } from "../../src/charts/frame";
import { literature } from "../../src/charts/literature";
import { placebo, synthetic_placebo } from "../../src/charts/placebo";
import { prices } from "../../src/charts/prices";
import { range_bars } from "../../src/charts/range_bars";
import { region_map } from "../../src/charts/region_map";
import { region_shares } from "../../src/charts/region_shares";
import { series } from "../../src/charts/series";
import { structural } from "../../src/charts/structural";
import { synthetic_gap, synthetic_path } from "../../src/charts/synthetic";
import { waterfall } from "../../src/charts/waterfall";
import { window_grid, window_line } from "../../src/charts/windows";
import { make_locale } from "../../src/language/locale";
import { read_check_result } from "../../src/result/check_result";
import { Table, type RawTable } from "../../src/result/table";

const text = readFileSync("fixtures/check.json", "utf8");
const result = read_check_result(text);
const raw = (JSON.parse(text) as { tables: Record<string, RawTable> }).tables;
const charts: Record<string, [Chart, string]> = {
  range_bars: [range_bars, "range_bars"], window_line: [window_line, "windows"], window_grid: [window_grid, "windows"],
  base_effect: [base_effect, "base_effect"], series: [series, "series"], placebo: [placebo, "placebo"], prices: [prices, "prices"],
  structural: [structural, "structural"], waterfall: [waterfall, "waterfall"],
  agreement_estimates: [agreement_estimates, "agreement_estimates"], agreement_path: [agreement_path, "agreement_path"],
  phase_in: [phase_in, "phase_in"], counterfactual: [counterfactual, "counterfactual"], counterfactual_members: [counterfactual_members, "counterfactual_members"],
  literature: [literature, "literature"], shapley: [waterfall, "shapley"],
  synthetic_path: [synthetic_path, "synthetic_path"], synthetic_gap: [synthetic_gap, "synthetic_path"], synthetic_placebo: [synthetic_placebo, "synthetic_placebo"],
};

function context(width = 820): ChartContext {
  return { width, locale: make_locale("en"), claim: result.claim };
}

function svg_of(chart: Chart, table: Table, width = 820): SVGSVGElement {
  const svg = chart(table, context(width));
  expect(svg).not.toBeNull();
  return picture_node(svg!);
}

const words = (svg: Element) => [...svg.querySelectorAll("text")].map((node) =>
  node.children.length ? [...node.children].map((line) => line.textContent).join(" ") : node.textContent);

describe.each(Object.entries(charts))("%s", (_name, [chart, id]) => {
  it("draws at every width without a broken number", () => {
    for (const width of [320, 390, 820, 1200]) {
      const svg = svg_of(chart, result.tables.get(id)!, width);
      expect(svg.tagName).toBe("svg");
      expect(svg.getAttribute("width")).toBe(String(width));
      expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it("draws nothing from an empty table or one without its columns", () => {
    expect(chart(new Table(id, { ...raw[id], rows: [] }), context())).toBeNull();
    expect(chart(new Table(id, { columns: [{ name: "other" }], rows: [[1], [2]] }), context())).toBeNull();
  });
});

const of_regions = readFileSync("fixtures/regions.json", "utf8");
const regions = read_check_result(of_regions);
const map_of = (answer: typeof regions, wide = 820) => {
  const chart = region_map(answer.tables.get("regions")!);
  return picture_node(chart(answer.tables.get("region_pairs")!, { ...context(wide), claim: answer.claim })!);
};

describe("region shares", () => {
  it("shade the claim and give each definition its range", () => {
    const svg = region_shares(regions.tables.get("region_shares")!, { ...context(), claim: regions.claim })!;
    expect(words(svg)).toContain("The claim: about 70%");
    expect(words(svg).filter((word) => /^\d+% \(\d+% to \d+%\)$/.test(word ?? ""))).toHaveLength(3);
    expect(region_shares(new Table("region_shares", { columns: [{ name: "mid" }], rows: [] }), context())).toBeNull();
  });
});

describe("region map", () => {
  it("draws places and pairs at every width without a broken number", () => {
    for (const width of [320, 390, 820, 1200]) {
      const svg = map_of(regions, width);
      expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity/);
      expect(svg.querySelectorAll("circle").length).toBeGreaterThan(60);
    }
  });

  it("names no place over another", () => {
    const svg = map_of(regions, 390);
    const names = [...svg.querySelectorAll(".place-names text")];
    expect(names.length).toBeGreaterThan(3);
    expect(new Set(names.map((name) => name.textContent)).size).toBe(names.length);
  });

  it("names places in Russian where the result does", () => {
    const russian = read_check_result(of_regions, "ru");
    expect([...map_of(russian).querySelectorAll(".place-names text")].map((name) => name.textContent)).toContain("Москва");
  });

  it("draws nothing without places", () => {
    const none = new Table("regions", { columns: [{ name: "region" }], rows: [] });
    expect(region_map(none)(regions.tables.get("region_pairs")!, context())).toBeNull();
  });
});

describe("range bars", () => {
  it("put the synthesis last, whatever the order of the rows", () => {
    const table = new Table("range_bars", { ...raw["range_bars"], rows: [...raw["range_bars"]!.rows!].reverse() });
    const labels = words(svg_of(range_bars, table)).filter((word) => /^(All lines|Sizes|Published)/.test(word ?? ""));
    expect(labels).toEqual(["Sizes and third countries", "Published studies, level effects spread over ten years", "All lines together"]);
  });

  it("shade from the claim's threshold on", () => {
    const at = (threshold: number) => {
      const svg = range_bars(result.tables.get("range_bars")!, { ...context(), claim: { ...result.claim, threshold } })!;
      return Number(svg.querySelector('rect[fill="var(--claim-soft)"], g[fill="var(--claim-soft)"] rect')!.getAttribute("x"));
    };
    expect(at(0.9)).toBeGreaterThan(at(0.5));
    expect(at(0.5)).toBeGreaterThan(at(0.1));
  });
});

describe("placebo", () => {
  it("sorts the partners and is the same for any order of rows", () => {
    const shuffled = new Table("placebo", { ...raw["placebo"], rows: [...raw["placebo"]!.rows!].sort((a, b) => String(a[0]).localeCompare(String(b[0]))) });
    expect(svg_of(placebo, shuffled).outerHTML).toBe(svg_of(placebo, result.tables.get("placebo")!).outerHTML);
    const values = words(svg_of(placebo, shuffled)).filter((word) => /^[+−].*\d\.\d%$/.test(word ?? "")).map((word) => parseFloat(word!.replace("−", "-")));
    expect(values).toHaveLength(29);
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });
});

describe("waterfall", () => {
  it("ends where its steps lead", () => {
    const svg = svg_of(waterfall, result.tables.get("waterfall")!);
    const bars = [...svg.querySelectorAll("g rect")].filter((bar) => bar.getAttribute("x"));
    const last = bars[bars.length - 1]!;
    const ticks = [...svg.querySelectorAll('g[stroke-width="4"] line')];
    const [start, end] = ticks.map((tick) => Number(tick.getAttribute("x1")));
    expect(Number(bars[0]!.getAttribute("x"))).toBeCloseTo(start!, 0);
    expect(Number(last.getAttribute("x")) + Number(last.getAttribute("width"))).toBeCloseTo(end!, 0);
  });

  it("hatches what is unexplained and colours no other step so", () => {
    const svg = svg_of(waterfall, result.tables.get("waterfall")!);
    expect(svg.querySelectorAll('rect[fill="url(#altyn-hatch)"]')).toHaveLength(1);
    expect(svg.querySelector("pattern#altyn-hatch")).not.toBeNull();
  });
});

describe("series", () => {
  it("leaves a gap at blank months", () => {
    const lines = [...svg_of(series, result.tables.get("series")!).querySelectorAll("path")].map((path) => path.getAttribute("d") ?? "");
    const gaps = lines.filter((line) => (line.match(/M/g) ?? []).length === 2);
    expect(gaps).toHaveLength(3);
  });
});

describe("base effect", () => {
  it("says that a year has no data instead of drawing nought", () => {
    const svg = svg_of(base_effect, result.tables.get("base_effect")!);
    expect(words(svg)).toContain("no data");
    expect(words(svg)).toContain("−26%");
  });
});

describe("literature", () => {
  it("prints open ends as bounds and second-hand figures hollow", () => {
    const svg = svg_of(literature, result.tables.get("literature")!);
    expect(words(svg)).toContain("0% at most");
    expect(words(svg)).toContain("Second hand");
  });
});
