/** Everything that a link restores. Plain data: compared, copied and written to the address as it is. */
export interface WorkbenchState {
  tab: Tab;
  language: "en" | "ru" | "kk";
  theme: "auto" | "light" | "dark";
  claim: ClaimState;
  scenario: ScenarioState;
  /** A table of trade that the reader brought, under both scenarios; null is the bundled one. */
  trade: TradeChoice | null;
  /** Beside the first, when two are compared. */
  second: ScenarioState | null;
  /** What the map shows. */
  measure: Measure;
  /** The economy whose decomposition is drawn; "" is the most affected one. */
  economy: string;
  estimate: EstimateState;
  data: DataState;
  regions: RegionsState;
}

export interface TradeChoice {
  table: string;
  /** 0 is the last year of the table. */
  year: number;
  /** Other tables of a world of many sectors: what producers use, elasticities; "" for none. */
  inputs: string;
  elasticities: string;
}

export const trade_choice = (table: string): TradeChoice => ({ table, year: 0, inputs: "", elasticities: "" });

export const kTabs = ["claim", "scenario", "estimate", "data", "regions"] as const;
export type Tab = (typeof kTabs)[number];

export const kMeasures = ["real_income", "exports", "imports", "revenue"] as const;
export type Measure = (typeof kMeasures)[number];

export const kRuleKinds = ["border_cost", "tariff_set", "tariff_add", "tariff_cut"] as const;
/** What a rule does to a pair: a change of cost in percent, or of a duty. */
export type RuleKind = (typeof kRuleKinds)[number];

export interface Rule {
  from: string;
  to: string;
  /** "" is all goods. */
  sector: string;
  kind: RuleKind;
  percent: number;
}

export interface ScenarioState {
  /** Name of the bundled scenario it stands on. */
  base: string;
  /** A scenario file that the reader opened, in its place; null for a bundled one. */
  file: Record<string, unknown> | null;
  union: string;
  join: string[];
  leave: string[];
  /** Points on the common external tariff. */
  tariff_points: number;
  /** Change of trade cost at borders inside the union, in percent. */
  border_pct: number;
  theta: number;
  /** Part of the changes that is in force, 0 to 1. */
  phase: number;
  rules: Rule[];
}

export interface ClaimState {
  /** A bundled claim, or "" for the one described by the fields below. */
  id: string;
  /** A claim file that the reader opened. */
  file: Record<string, unknown> | null;
  reporter: string;
  partner: string;
  /** "2017-02..2017-07"; "" is that of the claim. */
  window: string;
  versus: string;
  agreement: string;
  /** Partners taken as controls; empty is everyone. */
  controls: string[];
  /** Share of the growth that the claim needs; 0 is that of the claim's words. */
  threshold: number;
}

export interface EstimateState {
  formula: string;
  cluster: string;
  agreements: string[];
}

export interface DataState {
  reporter: string;
  partner: string;
  side: "exporter" | "importer" | "reconciled";
}

export interface RegionsState {
  /** The share of border regions in the trade of a pair, or the scenario of the Altai. */
  show: "share" | "altai";
  first: string;
  second: string;
  /** The share that is claimed, a fraction. */
  figure: number;
  size: "product" | "population";
  /** Change of the cost of crossing the borders of the Altai, in percent. */
  cut_pct: number;
  /** How fast trade between regions falls with distance. */
  distance: number;
}

export const kScenario: ScenarioState = {
  base: "eaeu-2016", file: null, union: "eaeu", join: [], leave: [], tariff_points: 0, border_pct: 0, theta: 5, phase: 1, rules: [],
};

export const kClaimState: ClaimState = {
  id: "lavrov-2017", file: null, reporter: "", partner: "", window: "", versus: "", agreement: "", controls: [], threshold: 0,
};

/** The first visit: the claim, already checked; behind the tab, Uzbekistan on its way in. */
export const kFirstState: WorkbenchState = {
  tab: "claim",
  language: "en",
  theme: "auto",
  claim: kClaimState,
  scenario: { ...kScenario, join: ["UZB"], border_pct: -5 },
  trade: null,
  second: null,
  measure: "real_income",
  economy: "",
  estimate: {
    formula: "trade ~ eaeu + eu | exporter^year + importer^year + exporter^importer", cluster: "exporter^importer", agreements: ["EAEU", "EU"],
  },
  data: { reporter: "RUS", partner: "KAZ", side: "reconciled" },
  regions: { show: "share", first: "RUS", second: "KAZ", figure: 0.7, size: "product", cut_pct: -20, distance: 1.15 },
};

/** Bounds of the sliders; a link cannot leave them. */
export const kBounds = {
  tariff_points: { low: -5, high: 15, step: 0.1 },
  border_pct: { low: -15, high: 15, step: 0.1 },
  theta: { low: 2, high: 10, step: 0.1 },
  phase: { low: 0, high: 1, step: 0.01 },
  figure: { low: 0.05, high: 1, step: 0.01 },
  cut_pct: { low: -90, high: 50, step: 1 },
  distance: { low: 0.5, high: 2, step: 0.05 },
} as const;
