import type { Certificate } from "../../result/check_result";

/** The parts of docs/api/openapi.json that the page reads; names are those of the interface. */
export interface Catalogue {
  version: string;
  tables: TableInfo[];
  economies: Economy[];
  agreements: Agreement[];
  world: World;
  claims: { id: string; title: string; title_ru: string; title_kk: string; content: Record<string, unknown>; toml: string }[];
  scenarios: BundledScenario[];
  formulas: { title: string; formula: string; content: Record<string, unknown> }[];
  monthly: { reporter: string; table: string; first: string; last: string; partners: string[] }[];
  regions: { economies: string[]; pairs: [string, string][] };
  limits: { n_draws: number; table_bytes: number };
}

export interface TableInfo {
  name: string;
  what: string;
  provider: string;
  licence: string;
  address: string;
  unit: string;
  period: string;
}

export interface Economy {
  code: string;
  number: number;
  name: string;
  name_ru: string;
}

export interface WorldEconomy extends Economy {
  imputed: boolean;
  domestic: string;
}

export interface Agreement {
  id: string;
  name: string;
  name_ru: string;
  in_force: string;
  ended: string | null;
}

export interface World {
  trade: string;
  year: number;
  years: number[];
  economies: WorldEconomy[];
  unions: { id: string; name: string; name_ru: string; kind: string; members: string[] }[];
  duty_shares: { pool: string; date: string; shares: Record<string, number>; source: string }[];
  notes: string[];
  /** Empty where all goods are one. */
  sectors: string[];
  /** The section [sectors] of a scenario of this world. */
  tables: Record<string, unknown>;
}

export interface BundledScenario {
  id: string;
  title: string;
  toml: string;
  content: Record<string, unknown>;
  resolved: Record<string, unknown>;
}

/** Before and after, one number per economy. */
export interface Change {
  before: number[];
  after: number[];
}

export interface Flows {
  base_musd: number[];
  direct_musd: number[];
  conditional_musd: number[] | null;
  full_musd: number[];
}

/** What each economy sells and buys across borders in one sector, and the duties it collects. */
export interface SectorFlows {
  sector: string;
  exports: Change;
  imports: Change;
  duties: Change;
}

/** A scenario solved once. Vectors follow `economies`; rates are fractions. */
export interface SolveAnswer {
  certified: boolean;
  failure: string;
  certificates: Certificate[];
  /** Absent where no tables were asked for. */
  result?: Record<string, unknown>;
  economies: string[];
  names: string[];
  parents: string[];
  imputed: boolean[];
  involved: boolean[];
  real_income: number[];
  exports: number[];
  imports: number[];
  price_index: number[];
  from_duties: number[];
  revenue_collected: Change;
  revenue_received: Change;
  keys: { pool: string; before: Record<string, number>; after: Record<string, number> }[];
  decomposition: { label: string; log_change: number[] }[];
  flows?: Flows;
  /** With flows, in a world of many sectors. */
  sectors?: SectorFlows[];
  seconds: number;
}

export interface Interval {
  low: (number | null)[];
  mid: (number | null)[];
  high: (number | null)[];
}

/** Intervals of the draws so far. */
export interface Partial {
  n_draws: number;
  n_failed: number;
  economies: string[];
  real_income: Interval;
  exports: Interval;
  imports: Interval;
  revenue_received: Interval;
}

export interface Progress {
  step: string;
  iteration: number;
  total: number;
}

/** A study, run. `value` is its result in the form of its kind. */
export interface StudyAnswer {
  id: string;
  kind: string;
  certified: boolean;
  certificates: Certificate[];
  value: Record<string, unknown>;
  text: string;
  cached: boolean;
  seconds: number;
}

export interface Series {
  first: string;
  second: string;
  monthly: {
    reporter: string;
    partner: string;
    source: string;
    months: string[];
    exports_musd: (number | null)[];
    imports_musd: (number | null)[];
    turnover_musd: (number | null)[];
  } | null;
  yearly: {
    exporter: string;
    importer: string;
    year: number;
    exporter_reported_musd: number | null;
    importer_reported_musd: number | null;
    reconciled_musd: number | null;
    side: string;
    gap: number | null;
  }[];
  source: string;
}

export interface TablePage {
  name: string;
  columns: { name: string; type: string; unit: string }[];
  n_rows: number;
}

/** A table that the reader brought. */
export interface Upload {
  name: string;
  n_rows: number;
  columns: { name: string; type: string; unit: string }[];
}
