import { describe, expect, it } from "vitest";
import { address_of, state_of } from "../../src/workbench/state/address";
import { kFirstState, kScenario, type WorkbenchState } from "../../src/workbench/state/state";

const full: WorkbenchState = {
  tab: "scenario", language: "kk", theme: "dark",
  claim: { id: "", file: { claim: { reporter: "RUS", title: "Өсім 40%?" } }, reporter: "RUS", partner: "CHN", window: "2017-01..2017-06",
           versus: "2016-01..2016-06", agreement: "EAEU", controls: ["EAEU", "EU"], threshold: 0.35 },
  scenario: { base: "no-union", file: null, union: "eaeu", join: ["UZB", "TJK"], leave: ["KAZ"], tariff_points: 2.5, border_pct: -7.3, theta: 4.2,
              phase: 0.65, rules: [{ from: "CHN", to: "KAZ", sector: "", kind: "border_cost", percent: -5.5 }, { from: "RUS", to: "KAZ", sector: "Food, drink: raw", kind: "tariff_set", percent: 3 }] },
  trade: { table: "my flows 2019.csv.gz", year: 2019, inputs: "io.csv", elasticities: "" },
  second: { ...kScenario, leave: ["BLR"], rules: [{ from: "RUS", to: "BLR", sector: "", kind: "tariff_cut", percent: 50 }, { from: "A-B", to: "BLR", sector: "", kind: "tariff_add", percent: 1 }] },
  measure: "revenue", economy: "KAZ",
  estimate: { formula: "log(trade) ~ i(year, eaeu, ref = 2012) + eu | exporter^year", cluster: "exporter", agreements: ["EAEU"] },
  data: { reporter: "KAZ", partner: "CHN", side: "importer" },
  regions: { show: "altai", first: "CHN", second: "KAZ", figure: 0.35, size: "population", cut_pct: -35, distance: 1.4 },
};

describe("the address", () => {
  it("gives back every part of the state", () => {
    expect(state_of(address_of(full))).toEqual(full);
    expect(state_of(`#${address_of(full)}`)).toEqual(full);
  });

  it("gives back the first state and one where nothing changes", () => {
    expect(state_of(address_of(kFirstState))).toEqual(kFirstState);
    const nothing = { ...kFirstState, scenario: kScenario };
    expect(state_of(address_of(nothing))).toEqual(nothing);
  });

  it("gives back a file of the reader's own, in any letters", () => {
    const own = { ...kFirstState, scenario: { ...kScenario, file: { scenario: { title: "Кеден одағы ± 1%" }, change: [{ by_pct: -5 }] } } };
    expect(state_of(address_of(own))).toEqual(own);
  });

  it("is short and survives a browser's own encoding", () => {
    const address = address_of({ ...kFirstState, tab: "scenario" });
    expect(address.length).toBeLessThan(60);
    const link = new URL(`http://localhost/#${address_of(full)}`);
    expect(state_of(link.hash)).toEqual(full);
  });

  it("is the first visit's for anything else", () => {
    for (const text of ["", "#", "#2/scenario", "nonsense", "#1/", "#x/claim?join=UZB"]) expect(state_of(text)).toEqual(kFirstState);
  });

  it("keeps numbers in bounds and drops what is no code, rule or window", () => {
    const state = state_of("#1/scenario?on=eaeu-2016&tariff=900&theta=x&phase=-1&join=UZB,<b>,u&rules=RUS>KAZ:c5,RUS>KAZ,x&window=2017&file=%%%&threshold=7");
    expect(state.scenario.tariff_points).toBe(15);
    expect(state.scenario.theta).toBe(5);
    expect(state.scenario.phase).toBe(0);
    expect(state.scenario.join).toEqual(["UZB"]);
    expect(state.scenario.rules).toEqual([{ from: "RUS", to: "KAZ", sector: "", kind: "border_cost", percent: 5 }]);
    expect(state.scenario.file).toBeNull();
    expect(state.claim.window).toBe("");
    expect(state_of("#1/scenario?trade=../../etc/passwd").trade).toBeNull();
    expect(state_of("#1/scenario?trade=mine.csv&year=x").trade).toEqual({ table: "mine.csv", year: 0, inputs: "", elasticities: "" });
    expect(state_of("#1/regions?regions=moon&says=9&cut=-900").regions).toMatchObject({ show: "share", figure: 1, cut_pct: -90 });
    expect(state.claim.threshold).toBe(1);
    expect(state_of("#1/nowhere?show=nothing").measure).toBe("real_income");
  });
});
