// @vitest-environment jsdom
import { picture_node, redraw, type Drawing } from "../../src/charts/drawing";
import { describe, expect, it } from "vitest";
import type { Chart, ChartContext } from "../../src/charts/frame";
import { make_locale } from "../../src/language/locale";
import { check_result_of } from "../../src/result/check_result";
import { Table } from "../../src/result/table";
import type { BundledScenario, Partial, SolveAnswer } from "../../src/workbench/api/types";
import { altai_document, places_table, regions_of } from "../../src/workbench/regions/altai";
import { kFirstState } from "../../src/workbench/state/state";
import { compared } from "../../src/workbench/charts/compared";
import { diverging, percent_digits } from "../../src/workbench/charts/diverging";
import { flows } from "../../src/workbench/charts/flows";
import { matrix } from "../../src/workbench/charts/matrix";
import { parts } from "../../src/workbench/charts/parts";
import { places_map } from "../../src/workbench/charts/places_map";
import { most_changed, ranked } from "../../src/workbench/charts/ranked";
import { keys, revenue } from "../../src/workbench/charts/revenue";
import { round_ticks } from "../../src/workbench/charts/rows";
import { stages } from "../../src/workbench/charts/stages";
import { world_map } from "../../src/workbench/charts/world_map";
import { yearly } from "../../src/workbench/charts/yearly";
import {
  change_table, compared_table, flows_table, keys_table, matrix_table, measure_of, parts_table, revenue_table, stages_table, type Facts,
} from "../../src/workbench/scenario/tables";

const codes = ["ARM", "KAZ", "KGZ", "RUS", "SGP", "UZB"];
const numbers: Record<string, number> = { ARM: 51, KAZ: 398, KGZ: 417, RUS: 643, SGP: 702, UZB: 860 };
const income = [0.0003, 0.0007, 0.0015, 0.0003, 0, -0.0029];
const zeros = codes.map(() => 0);
const base = codes.flatMap((_, from) => codes.map((_one, to) => 100 * (from + 1) * (to + 2)));
const answer: SolveAnswer = {
  certified: true, failure: "", certificates: [], economies: codes, names: codes, parents: codes, imputed: codes.map(() => true),
  involved: codes.map((code) => code === "UZB"), real_income: income, exports: [0, 0.004, 0.012, 0.001, 0, 0.158], imports: zeros, price_index: zeros,
  from_duties: zeros, revenue_collected: { before: [107, 772, 125, 10196, 0, 642], after: [107, 769, 125, 10194, 0, 395] },
  revenue_received: { before: [131, 836, 223, 10037, 0, 642], after: [133, 846, 226, 10162, 0, 243] },
  keys: [{ pool: "eaeu", before: { RUS: 0.9, KAZ: 0.1 }, after: { RUS: 0.88, KAZ: 0.1, UZB: 0.02 } }],
  decomposition: [{ label: "prices", log_change: income.map((value) => value * 2) }, { label: "duties received", log_change: income.map((value) => -value) }],
  flows: { base_musd: base, direct_musd: base, conditional_musd: null, full_musd: base.map((value, place) => value * (1 + (place % 7) / 100)) },
  result: { tables: { pairs: { title: "", note: "n", columns: ["exporter", "importer", "base_musd", "direct_change", "conditional_change", "full_change"].map((name) => ({ name })),
    rows: [["RUS", "UZB", 300, 0.3, null, 0.1], ["KAZ", "UZB", 30, 0.3, 0.2, 0.15]] } } },
  seconds: 0.001,
};
const partial: Partial = {
  n_draws: 50, n_failed: 0, economies: [...codes].reverse(),
  real_income: { low: [...income].reverse().map((value) => value - 0.001), mid: [], high: [...income].reverse().map((value) => value + 0.001) },
  exports: { low: [], mid: [], high: [] }, imports: { low: [], mid: [], high: [] },
  revenue_received: { low: [-300, 0, -10, -2, -5, -1], mid: [], high: [-100, 0, 200, 6, 20, 3] },
};
const facts: Facts = {
  name_of: (code) => `Economy ${code}`, number_of: (code) => numbers[code] ?? null, members: ["ARM", "KAZ", "KGZ", "RUS", "UZB"], marked: ["UZB"], unit: "million USD", assumed: ["SGP"],
};
const words = { before: "Before", after: "After", collected: "Collected", received: "Received", direct: "D", conditional: "C", full: "F", a: "A", b: "B",
  no_data: "No data", imputed: "Assumed", member: "In", first: "1", second: "2" };
const change = change_table(answer, partial, "real_income", "Real income", facts);
const yearly_rows = [{ name: "exporter" }, { name: "importer" }, { name: "year" }, { name: "shown_musd" }, { name: "exporter_reported_musd" }, { name: "importer_reported_musd" }];

const altai: BundledScenario = { id: "altai-border", title: "", toml: "", content: {}, resolved: {
  region: [["UZB", "RUS", 83.8, 53.4], ["KGZ", "RUS", 86, 52], ["KAZ", "KAZ", 71.4, 51.2], ["ARM", "MNG", 90, 49]].map(([code, of, longitude, latitude]) =>
    ({ code, of, name: `Region ${code}`, longitude, latitude })),
  regions: { distance_elasticity: 1.15, distance_elasticity_range: [0.8, 1.5] },
  change: [{ name: "cut", what: "border_cost", by_pct: -20, level_pct: 20 }],
} };
const places = places_table(answer, partial, "real_income", "t", regions_of(altai), facts, (code) => code.toLowerCase());

const charts: Record<string, [Chart, Table]> = {
  world: [world_map("world", words), change],
  eurasia: [world_map("eurasia", words), change],
  places: [places_map(stages_table(answer, "t", facts)), places],
  ranked: [ranked(4), change],
  compared: [compared(words, 6), compared_table(answer, { ...answer, economies: codes.slice(1), real_income: income.slice(1) }, "real_income", "t", facts)],
  revenue: [revenue(words), revenue_table(answer, "t", facts)],
  keys: [keys(words), keys_table(answer, "t", facts)],
  flows: [flows(words), flows_table(answer, answer.flows!, "t", "Other", facts, 8)],
  matrix: [matrix, matrix_table(answer, answer.flows!, "t", facts)],
  stages: [stages(words, 5), stages_table(answer, "t", facts)],
  parts: [parts, parts_table(answer, "UZB", "t", "Whole", (part) => part)],
  yearly: [yearly(words, "RUS"), new Table("y", { columns: yearly_rows, rows: [["RUS", "KAZ", 2015, 1, 1, null], ["RUS", "KAZ", 2016, 2, null, 2], ["KAZ", "RUS", 2016, 3, 3, 3]] })],
};

function context(width = 820): ChartContext {
  return { width, locale: make_locale("en"), claim: check_result_of({ schema: "altyn.scenario/1" }).claim };
}

describe.each(Object.entries(charts))("%s", (_name, [chart, table]) => {
  it("draws at every width without a broken number", () => {
    for (const width of [320, 390, 820, 1200]) {
      const svg = picture_node(chart(table, context(width))!);
      expect(svg.getAttribute("width")).toBe(String(width));
      expect(svg.outerHTML).not.toMatch(/NaN|undefined|Infinity|="-[\d.]+"[^>]*height|(width|height|r)="-/);
    }
  });
  it("draws nothing from an empty table", () => {
    expect(chart(new Table("x", { columns: table.columns, rows: [] }), context())).toBeNull();
  });
});

describe("ranked changes", () => {
  it("keep their rows when the next answer has other ticks", () => {
    const drawn = (scale: number) => ranked(4)(
      change_table({ ...answer, real_income: income.map((value) => value * scale) }, null, "real_income", "Real income", facts), context()) as Drawing;
    const ticks = (node: Element) => node.querySelectorAll("path").length;
    const before = drawn(1);
    const node = picture_node(before);
    const rows = [...node.querySelectorAll("circle")];
    const other = [1.5, 2, 2.5, 3, 4, 6].map(drawn).find((next) => ticks(picture_node(next)) !== ticks(node))!;
    redraw(node, before, other);
    expect([...node.querySelectorAll("circle")]).toEqual(rows);
    expect(node.isEqualNode(picture_node(other))).toBe(true);
  });
});

describe("the map", () => {
  const svg = picture_node(world_map("world", words)(change, context())!);
  it("colours gains and losses apart, and leaves who is not in the table grey and deaf to clicks", () => {
    const fill = (code: string) => svg.querySelector(`[data-code="${code}"]`)?.getAttribute("fill");
    expect(fill("KGZ")).toMatch(/--up/);
    expect(fill("UZB")).toMatch(/--down/);
    expect(fill("SGP")).toBe("var(--neutral)");
    expect(svg.querySelectorAll('path[fill="var(--no-data)"]:not([data-code])').length).toBeGreaterThan(100);
  });
  it("shows a place too small for the atlas as a dot", () => {
    expect(svg.querySelector('[data-code="SGP"]')?.tagName).toBe("circle");
  });
  it("hatches assumed data and says so", () => {
    const hatched = picture_node(world_map("world", words)(change_table(answer, null, "real_income", "t", { ...facts, unit: "million USD", assumed: ["KAZ"] }), context())!);
    expect(hatched.querySelectorAll('path[fill="url(#assumed)"]')).toHaveLength(1);
    expect(hatched.textContent).toContain("Assumed");
  });
});

describe("a diverging scale", () => {
  it("is centred on nought and alike on both sides", () => {
    const scale = diverging([0.0029, -0.0004, 0]);
    expect(scale.colour(0)).toBe("var(--neutral)");
    expect(scale.bounds).toHaveLength(4);
    for (const bound of scale.bounds) {
      expect(scale.colour(bound)).toMatch(/--up/);
      expect(scale.colour(-bound)).toMatch(/--down/);
    }
    expect([...scale.bounds]).toEqual([...scale.bounds].sort((a, b) => a - b));
    expect(scale.bounds.at(-1)).toBeLessThanOrEqual(0.0029);
  });
  it("holds for nothing, for nought and for very large changes", () => {
    for (const values of [[], [0], [null], [1e-12], [50, -0.2]]) {
      const scale = diverging(values);
      expect(scale.bounds.every((bound) => bound > 0 && Number.isFinite(bound))).toBe(true);
    }
  });
  it("tells neighbouring bounds apart in print", () => {
    expect([0.00003, 0.0003, 0.001, 0.03].map(percent_digits)).toEqual([3, 2, 1, 0]);
  });
});

describe("the tables behind the figures", () => {
  it("hold the numbers of the answer to the last bit", () => {
    expect(change.rows.map((row) => row.number("value"))).toEqual(income);
    expect(revenue_table(answer, "t", facts).rows.find((row) => row.text("economy") === "UZB")!.number("received_after")).toBe(243);
  });
  it("match intervals by code, not by place", () => {
    const uzbekistan = change.rows.find((row) => row.text("economy") === "UZB")!;
    expect(uzbekistan.number("low")).toBeCloseTo(-0.0039, 12);
    const money = change_table(answer, partial, "revenue", "t", facts).rows.find((row) => row.text("economy") === "UZB")!;
    expect(money.number("low")).toBeCloseTo(-300 / 642, 12);
    expect(money.number("value")).toBeCloseTo(243 / 642 - 1, 12);
  });
  it("leave revenue unknown where none is collected", () => {
    expect(measure_of(answer, "revenue")[4]).toBeNull();
    expect(revenue_table(answer, "t", facts).rows.some((row) => row.text("economy") === "SGP")).toBe(false);
  });
  it("lose no flow: the largest and the rest are all flows of those concerned", () => {
    const table = flows_table(answer, answer.flows!, "t", "Other", facts, 5);
    const all = codes.flatMap((_, from) => codes.map((_one, to) => (from === to ? 0 : base[from * codes.length + to]!))).reduce((a, b) => a + b, 0);
    expect(table.rows.reduce((sum, row) => sum + row.number("before_musd")!, 0)).toBeCloseTo(all, 6);
    expect(table.rows).toHaveLength(6);
  });
  it("rank those named first, then by size", () => {
    expect(most_changed(change, 1)[0]!.flag("marked")).toBe(true);
    expect(most_changed(change, 3).map((row) => row.text("economy"))).toEqual(["KGZ", "KAZ", "UZB"]);
  });
});

describe("the scenario of the regions", () => {
  it("is the bundled one with the cost and the distance of the sliders", () => {
    expect(altai_document({ ...kFirstState.regions, cut_pct: -35, distance: 1.7 }, altai, "T")).toEqual({
      scenario: { name: "page", title: "T", extends: "altai-border" },
      regions: { distance_elasticity: 1.7, distance_elasticity_range: [0.8, 1.7] },
      change: [{ name: "cut", what: "border_cost", by_pct: -35, level_pct: 20 }],
    });
  });
  it("shows the named regions, and not what they leave of a nation", () => {
    expect(places.rows.map((row) => [row.text("economy"), row.flag("marked"), row.number("value")])).toEqual([
      ["UZB", true, -0.0029], ["KGZ", true, 0.0015], ["KAZ", false, 0.0007], ["ARM", true, 0.0003]]);
    const drawn = picture_node(places_map(stages_table(answer, "t", facts))(places, context(800))!);
    expect(drawn.textContent).toContain("kaz");
    expect([...drawn.querySelectorAll("circle[data-code]")].map((one) => one.getAttribute("data-code"))).toEqual(["UZB", "KGZ", "ARM"]);
  });
});

describe("ticks", () => {
  it("are round and inside", () => {
    expect(round_ticks([-0.3, 0.9], 4)).toEqual([0, 0.5]);
    for (const [low, high] of [[0, 1], [-3, 17], [-0.00031, 0.00002]] as const) {
      for (const tick of round_ticks([low, high], 5)) expect(tick >= low - 1e-9 && tick <= high + 1e-9).toBe(true);
    }
    expect(round_ticks([0, 0], 4)).toEqual([0]);
  });
});
