import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../src/workbench/api/types";
import { check_content, claim_now, month_number, month_text, year_before } from "../../src/workbench/claim/document";
import { complete, completions, kFunctions } from "../../src/workbench/estimate/completion";
import { document_of, merge_documents, type WorldFacts } from "../../src/workbench/scenario/document";
import { table_name } from "../../src/workbench/scenario/table_name";
import { kClaimState, kScenario } from "../../src/workbench/state/state";

const facts: WorldFacts = { members: ["ARM", "KAZ", "RUS"], has_duties: true, trade: null, sectors: null, economies: [], bases: [], has_base: true, with_tariff: ["UZB"], someone: ["ARM"], name_of: (code) => code.toLowerCase() };
type Entry = Record<string, unknown>;
const changes = (document: Record<string, unknown>) => (document["change"] ?? []) as Entry[];

describe("a scenario file from the page", () => {
  it("changes nothing by nought points on the tariff, because an empty scenario is refused", () => {
    const document = document_of(kScenario, facts, "T");
    expect(document["scenario"]).toEqual({ name: "page", title: "T", extends: "eaeu-2016" });
    expect(changes(document)).toMatchObject([{ what: "tariff", formula: "add", rate_pct: 0 }]);
  });

  it("leaves a bundled scenario alone when no control is moved", () => {
    expect(changes(document_of({ ...kScenario, base: "no-union" }, facts, "T"))).toEqual([]);
  });

  it("lets an economy in: border, common tariff, no duties, a key", () => {
    const document = document_of({ ...kScenario, join: ["UZB"], border_pct: -5, tariff_points: 2 }, facts, "T");
    expect(changes(document).map((one) => one["what"])).toEqual(["border_cost", "tariff", "tariff", "tariff", "tariff"]);
    expect(changes(document)[0]).toMatchObject({ from: ["UZB"], with: ["ARM", "KAZ", "RUS"], by_pct: -5, range_pct: [-10, 0] });
    expect(changes(document)[1]).toMatchObject({ importer: ["UZB"], same_as: "common external tariff" });
    expect(changes(document)[4]).toMatchObject({ importer: ["ARM", "KAZ", "RUS", "UZB"], formula: "add", rate_pct: 2 });
    expect(document["revenue"]).toMatchObject({ join: ["UZB"], join_share_pct: 2, join_share_range_pct: [1, 4] });
    expect(document["tariff"]).toBeUndefined();
  });

  it("assumes a tariff, and says so, for who has none in the base", () => {
    expect(document_of({ ...kScenario, join: ["TUR"] }, facts, "T")["tariff"]).toMatchObject([{ importer: ["TUR"], rate_pct: 5.6 }]);
  });

  it("gives every newcomer a key, and leaves the members two thirds of the pool", () => {
    const join = ["UZB", "TUR", "MNG", ...Array.from({ length: 20 }, (_, place) => `X${place}`)];
    expect(document_of({ ...kScenario, join: join.slice(0, 3) }, facts, "T")["revenue"]).toMatchObject({ join: ["UZB", "TUR", "MNG"], join_share_pct: 2 });
    const many = document_of({ ...kScenario, join }, facts, "T")["revenue"] as { join_share_range_pct: number[] };
    expect(many.join_share_range_pct[1]! * join.length).toBeLessThan(67);
  });

  it("stands on the reader's own table, on the bundled base only where its union is there", () => {
    const trade = { table: "mine.csv", year: 2019 };
    expect(document_of(kScenario, { ...facts, trade }, "T")).toMatchObject({ scenario: { extends: "eaeu-2016", year: 2019 }, world: { trade: "mine.csv" } });
    const plain = document_of({ ...kScenario, base: "no-union" }, { ...facts, trade, members: [], has_base: false, has_duties: false }, "T");
    expect(plain["scenario"]).toEqual({ name: "page", title: "T", year: 2019 });
    expect(changes(plain)).toMatchObject([{ importer: ["ARM"], formula: "add", rate_pct: 0 }]);
  });

  it("writes a world of many sectors by its tables: a bloc without duties inside, rules by sector", () => {
    const sectors = { trade: "mine.csv", theta: 5 };
    const world = { ...facts, sectors, economies: ["A", "B", "C"], bases: ["first"], members: [], has_base: false, has_duties: false };
    const rules = [{ from: "A", to: "C", sector: "food", kind: "tariff_cut" as const, percent: 50 }, { from: "C", to: "A", sector: "", kind: "border_cost" as const, percent: 4 }];
    const document = document_of({ ...kScenario, base: "first", join: ["A", "B"], border_pct: -3, tariff_points: 2, theta: 6, rules }, world, "T");
    expect(document).toMatchObject({ scenario: { extends: "first" }, sectors: { trade: "mine.csv", theta: 6 } });
    expect(document["world"]).toBeUndefined();
    expect(changes(document)).toMatchObject([
      { what: "tariff", importer: ["A", "B"], exporter: ["A", "B"], formula: "set", rate_pct: 0 },
      { what: "cost", importer: ["B"], exporter: ["A"], both: true, rate_pct: -3, range_pct: [-6, 0] },
      { what: "tariff", importer: ["A", "B"], exporter: ["C"], formula: "add", rate_pct: 2 },
      { what: "tariff", importer: ["C"], exporter: ["A"], sector: ["food"], formula: "cut", rate_pct: 50 },
      { what: "cost", importer: ["A"], exporter: ["C"], rate_pct: 4 },
    ]);
    expect(changes(document)[4]).not.toHaveProperty("sector");
    expect(new Set(changes(document).map((one) => one["name"])).size).toBe(5);
    const own = { scenario: { name: "x" }, sectors: { theta: 3 }, model: { theta_log_sd: 0.1 } };
    expect(document_of({ ...kScenario, file: own }, world, "T")).toMatchObject({ model: { theta_log_sd: 0.1 }, sectors: { theta: 5 } });
  });

  it("takes an economy out: the border comes back at the size of the slider, whatever its sign", () => {
    for (const border_pct of [5, -5]) {
      const document = document_of({ ...kScenario, leave: ["KAZ"], border_pct }, facts, "T");
      expect(changes(document)).toMatchObject([{ from: ["KAZ"], with: ["ARM", "RUS"], by_pct: 5, range_pct: [0, 10] }]);
      expect(document["revenue"]).toEqual({ leave: ["KAZ"] });
    }
  });

  it("gives every change a name of its own and a source", () => {
    const rules = [{ from: "RUS", to: "KAZ", sector: "", kind: "border_cost" as const, percent: 1 }, { from: "RUS", to: "KAZ", sector: "", kind: "tariff_cut" as const, percent: 10 }];
    const all = changes(document_of({ ...kScenario, join: ["UZB", "TUR"], leave: ["KAZ"], border_pct: 3, tariff_points: 1, rules }, facts, "T"));
    expect(new Set(all.map((one) => one["name"])).size).toBe(all.length);
    expect(all.every((one) => one["source"])).toBe(true);
  });

  it("keeps the range of the elasticity around its value, and writes the phase only when it is not all", () => {
    expect(document_of({ ...kScenario, theta: 9.5 }, facts, "T")["model"]).toEqual({ theta: 9.5, theta_range: [3, 9.5] });
    expect(document_of({ ...kScenario, theta: 2.5, phase: 0.4 }, facts, "T")["model"]).toEqual({ theta: 2.5, theta_range: [2.5, 8], phase_in: 0.4 });
  });

  it("lies on top of a file of the reader's own: entries of the same name are replaced", () => {
    const file = { scenario: { name: "mine", extends: "no-union" }, change: [{ name: "a", by_pct: 1 }, { name: "points on the common tariff", rate_pct: 9 }] };
    const document = document_of({ ...kScenario, file, tariff_points: 2 }, facts, "T");
    expect(document["scenario"]).toMatchObject({ name: "page", extends: "no-union" });
    expect(changes(document).map((one) => [one["name"], one["rate_pct"]])).toEqual([["a", undefined], ["points on the common tariff", 2]]);
    expect(merge_documents({ a: 1, b: { c: 1, d: 2 } }, { b: { d: 3 }, e: 4 })).toEqual({ a: 1, b: { c: 1, d: 3 }, e: 4 });
  });
});

describe("the name of a table of the reader's own", () => {
  it("is one the server takes", () => {
    expect(table_name("my flows (2019).csv")).toBe("my_flows_2019_.csv");
    expect(table_name("Торговля.CSV.GZ")).toBe("table.csv.gz");
    expect(table_name("_x.v2.parquet")).toBe("x_v2.parquet");
    expect(table_name("notes.txt")).toBe("notes.txt");
  });
});

const catalogue = { claims: [{ id: "lavrov-2017", title: "", title_ru: "", title_kk: "", toml: "", content: {
  id: "lavrov-2017", title: "T", in_our_words: "W", speaker: "S", reporter: "RUS", partner: "KAZ", window: "2017-02..2017-07", versus: "2016-02..2016-07",
  figure: 0.4, agreement: "EAEU", strength: "to a large extent", cause: "C", alternatives: ["x"] } }] } as unknown as Catalogue;

describe("a claim from the page", () => {
  it("goes by its name while nothing is changed", () => {
    expect(check_content(kClaimState, catalogue)).toEqual({ claim: "lavrov-2017" });
    expect(check_content({ ...kClaimState, controls: ["EU"] }, catalogue)).toEqual({ claim: "lavrov-2017", options: { agreements_in_estimate: ["EU"] } });
  });

  it("is nobody's words any more once the window is another, compared with the year before", () => {
    const claim = check_content({ ...kClaimState, window: "2017-03..2017-05" }, catalogue)["claim"] as Entry;
    expect(claim).toMatchObject({ window: "2017-03..2017-05", versus: "2016-03..2016-05", partner: "KAZ", figure: 0.4, strength: "to a large extent" });
    for (const field of ["id", "title", "speaker", "in_our_words"]) expect(claim).not.toHaveProperty(field);
  });

  it("keeps the speaker's words under another threshold, and drops the cause with the agreement", () => {
    expect(check_content({ ...kClaimState, threshold: 0.3 }, catalogue)["claim"]).toMatchObject({ speaker: "S", threshold: 0.3 });
    const claim = check_content({ ...kClaimState, agreement: "none" }, catalogue)["claim"] as Entry;
    expect(claim["agreement"]).toBe("");
    expect(claim).not.toHaveProperty("cause");
  });

  it("counts months across years", () => {
    expect(year_before("2017-01..2017-12")).toBe("2016-01..2016-12");
    expect(month_text(month_number("2016-12") + 1)).toBe("2017-01");
    expect(claim_now({ ...kClaimState, partner: "CHN" }, catalogue)).toMatchObject({ reporter: "RUS", partner: "CHN", versus: "2016-02..2016-07" });
  });
});

describe("completion of a formula", () => {
  const names = [{ name: "exporter", kind: "column" as const }, { name: "eaeu", kind: "agreement" as const }, ...kFunctions];
  it("offers what begins with the word before the caret", () => {
    expect(completions("trade ~ ea", 10, names).found.map((one) => one.name)).toEqual(["eaeu"]);
    expect(completions("trade ~ eaeu", 12, names).found).toEqual([]);
    expect(completions("trade ~ ", 8, names).found).toEqual([]);
    expect(completions("lo + x", 2, names).found.map((one) => one.name)).toEqual(["log("]);
  });
  it("replaces that word alone", () => {
    expect(complete("trade ~ ea + eu", 10, "eaeu")).toEqual({ formula: "trade ~ eaeu + eu", place: 12 });
  });
});
