import {
  kBounds, kClaimState, kFirstState, kMeasures, kRuleKinds, kScenario, kTabs,
  type ClaimState, type RegionsState, type Rule, type RuleKind, type ScenarioState, type TradeChoice, type WorkbenchState,
} from "./state";

/** Of the form below. A later form gets another number and reads the earlier ones. */
const kVersion = "1";

/** A file as text that an address may hold. */
function pack(value: Record<string, unknown>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function unpack(text: string): Record<string, unknown> | null {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const decimal = (value: number) => String(Math.round(value * 1e4) / 1e4);

function number_in(text: string | null, bounds: { low: number; high: number }, otherwise: number): number {
  const value = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(bounds.high, Math.max(bounds.low, value)) : otherwise;
}

function one_of<T extends string>(text: string | null, values: readonly T[], otherwise: T): T {
  return values.find((value) => value === text) ?? otherwise;
}

const codes = (text: string | null) => (text ?? "").split(",").filter((code) => /^[A-Z][A-Z0-9-]{1,7}$/.test(code));
const pair_in = (text: string | null) => (text ?? "").split(":").map((code) => codes(code)[0] ?? "");

/** Economies and sectors of a reader's own table have any names: what parts them here is told by its number. */
const name_text = (name: string) => name.replace(/[%,:>]/g, encodeURIComponent);
function name_of(text: string): string {
  try {
    const name = decodeURIComponent(text);
    return /^[^\p{C}]{1,80}$/u.test(name) ? name : "";
  } catch {
    return "";
  }
}
const names_of = (text: string | null) => (text ?? "").split(",").map(name_of).filter((name) => name !== "");
const word = (text: string | null, otherwise: string) => (text !== null && /^[\w.^-]{0,40}$/.test(text) ? text : otherwise);
const window_of = (text: string | null) => (text !== null && /^\d{4}-\d{2}\.\.\d{4}-\d{2}$/.test(text) ? text : "");

const kRuleLetter: Record<RuleKind, string> = { border_cost: "c", tariff_set: "s", tariff_add: "a", tariff_cut: "x" };

function rule_text(rule: Rule): string {
  const ends = [rule.from, rule.to, ...(rule.sector ? [rule.sector] : [])].map(name_text).join(">");
  return `${ends}:${kRuleLetter[rule.kind]}${decimal(rule.percent)}`;
}

function rule_of(text: string): Rule | null {
  const parts = /^([^>:]+)>([^>:]+)(?:>([^>:]+))?:([csax])(-?\d+(?:\.\d+)?)$/.exec(text);
  if (!parts) return null;
  const [from, to, sector] = [parts[1]!, parts[2]!, parts[3] ?? ""].map(name_of) as [string, string, string];
  if (!from || !to) return null;
  const kind = kRuleKinds.find((one) => kRuleLetter[one] === parts[4])!;
  return { from, to, sector, kind, percent: Math.min(1000, Math.max(-99, Number(parts[5]))) };
}

function write_scenario(state: ScenarioState, mark: string, query: URLSearchParams): void {
  const set = (key: string, value: string, usual: string) => {
    if (value !== usual) query.set(mark + key, value);
  };
  // Always told: an address without it is that of a first visit.
  query.set(`${mark}on`, state.base);
  if (state.file) query.set(`${mark}file`, pack(state.file));
  set("union", state.union, kScenario.union);
  set("join", state.join.map(name_text).join(","), "");
  set("leave", state.leave.map(name_text).join(","), "");
  set("tariff", decimal(state.tariff_points), "0");
  set("border", decimal(state.border_pct), "0");
  set("theta", decimal(state.theta), decimal(kScenario.theta));
  set("phase", decimal(state.phase), "1");
  set("rules", state.rules.map(rule_text).join(","), "");
}

function read_scenario(query: URLSearchParams, mark: string): ScenarioState {
  // The bundled world has codes, a reader's own any names.
  const listed = query.has("trade") ? names_of : codes;
  const get = (key: string) => query.get(mark + key);
  return {
    base: word(get("on"), kScenario.base),
    file: unpack(get("file") ?? ""),
    union: word(get("union"), kScenario.union),
    join: listed(get("join")),
    leave: listed(get("leave")),
    tariff_points: number_in(get("tariff"), kBounds.tariff_points, 0),
    border_pct: number_in(get("border"), kBounds.border_pct, 0),
    theta: number_in(get("theta"), kBounds.theta, kScenario.theta),
    phase: number_in(get("phase"), kBounds.phase, 1),
    rules: (get("rules") ?? "").split(",").map(rule_of).filter((rule) => rule !== null),
  };
}

function write_claim(state: ClaimState, query: URLSearchParams): void {
  const set = (key: string, value: string, usual = "") => {
    if (value !== usual) query.set(key, value);
  };
  set("claim", state.id, kClaimState.id);
  if (state.file) query.set("claim-file", pack(state.file));
  set("pair", state.reporter || state.partner ? `${state.reporter}:${state.partner}` : "");
  set("window", state.window);
  set("versus", state.versus);
  set("agreement", state.agreement);
  set("controls", state.controls.join(","));
  set("threshold", decimal(state.threshold), "0");
}

function read_claim(query: URLSearchParams): ClaimState {
  const [reporter = "", partner = ""] = pair_in(query.get("pair"));
  return {
    id: word(query.get("claim"), kClaimState.id),
    file: unpack(query.get("claim-file") ?? ""),
    reporter, partner,
    window: window_of(query.get("window")),
    versus: window_of(query.get("versus")),
    agreement: word(query.get("agreement"), ""),
    controls: codes(query.get("controls")),
    threshold: number_in(query.get("threshold"), { low: 0, high: 1 }, 0),
  };
}

function write_regions(state: RegionsState, query: URLSearchParams): void {
  const first = kFirstState.regions;
  const set = (key: string, value: string, usual: string) => {
    if (value !== usual) query.set(key, value);
  };
  set("regions", state.show, first.show);
  set("between", `${state.first}:${state.second}`, `${first.first}:${first.second}`);
  set("says", decimal(state.figure), decimal(first.figure));
  set("size", state.size, first.size);
  set("cut", decimal(state.cut_pct), decimal(first.cut_pct));
  set("distance", decimal(state.distance), decimal(first.distance));
}

function read_regions(query: URLSearchParams): RegionsState {
  const first = kFirstState.regions;
  const [one = "", other = ""] = pair_in(query.get("between"));
  return {
    show: one_of(query.get("regions"), ["share", "altai"], first.show),
    first: one || first.first,
    second: other || first.second,
    figure: number_in(query.get("says"), kBounds.figure, first.figure),
    size: one_of(query.get("size"), ["product", "population"], first.size),
    cut_pct: number_in(query.get("cut"), kBounds.cut_pct, first.cut_pct),
    distance: number_in(query.get("distance"), kBounds.distance, first.distance),
  };
}

/** A table's name is any text that holds no path. */
const table_in = (text: string | null) => (text !== null && text.length <= 100 && !/[/\\]/.test(text) ? text : "");

function read_trade(query: URLSearchParams): TradeChoice | null {
  const table = table_in(query.get("trade"));
  if (!table) return null;
  return {
    table, year: Math.round(number_in(query.get("year"), { low: 0, high: 3000 }, 0)),
    inputs: table_in(query.get("inputs")), elasticities: table_in(query.get("elasticities")),
  };
}

/** The state as the part of an address after "#". What is as on a first visit is left out. */
export function address_of(state: WorkbenchState): string {
  const query = new URLSearchParams();
  if (state.language !== kFirstState.language) query.set("lang", state.language);
  if (state.theme !== "auto") query.set("theme", state.theme);
  write_claim(state.claim, query);
  write_scenario(state.scenario, "", query);
  if (state.trade) {
    query.set("trade", state.trade.table);
    if (state.trade.year) query.set("year", String(state.trade.year));
    if (state.trade.inputs) query.set("inputs", state.trade.inputs);
    if (state.trade.elasticities) query.set("elasticities", state.trade.elasticities);
  }
  if (state.second) {
    query.set("beside", "1");
    write_scenario(state.second, "b-", query);
  }
  if (state.measure !== kFirstState.measure) query.set("show", state.measure);
  if (state.economy) query.set("economy", state.economy);
  const { estimate, data } = state;
  if (estimate.formula !== kFirstState.estimate.formula) query.set("formula", estimate.formula);
  if (estimate.cluster !== kFirstState.estimate.cluster) query.set("cluster", estimate.cluster);
  const agreements = estimate.agreements.join(",");
  if (agreements !== kFirstState.estimate.agreements.join(",")) query.set("agreements", agreements);
  const series = `${data.reporter}:${data.partner}`;
  if (series !== `${kFirstState.data.reporter}:${kFirstState.data.partner}`) query.set("series", series);
  if (data.side !== kFirstState.data.side) query.set("side", data.side);
  write_regions(state.regions, query);
  const text = query.toString()
    .replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%3E", ">").replaceAll("%7E", "~").replaceAll("%5E", "^");
  return `${kVersion}/${state.tab}${text ? `?${text}` : ""}`;
}

/** The state that an address tells; what it does not tell, or tells wrongly, is as on a first visit. */
export function state_of(address: string): WorkbenchState {
  const parts = /^#?(\d+)\/([a-z]+)(?:\?(.*))?$/s.exec(address);
  if (!parts || parts[1] !== kVersion) return kFirstState;
  const query = new URLSearchParams((parts[3] ?? "").replaceAll("+", "%20"));
  const first = kFirstState;
  const [reporter = "", partner = ""] = pair_in(query.get("series"));
  return {
    tab: one_of(parts[2]!, kTabs, first.tab),
    language: one_of(query.get("lang"), ["en", "ru", "kk"], first.language),
    theme: one_of(query.get("theme"), ["auto", "light", "dark"], "auto"),
    claim: read_claim(query),
    scenario: query.has("on") ? read_scenario(query, "") : first.scenario,
    trade: read_trade(query),
    second: query.has("beside") ? read_scenario(query, "b-") : null,
    measure: one_of(query.get("show"), kMeasures, first.measure),
    economy: name_of(query.get("economy") ?? ""),
    estimate: {
      formula: query.get("formula") ?? first.estimate.formula,
      cluster: query.get("cluster") ?? first.estimate.cluster,
      agreements: query.has("agreements") ? (query.get("agreements") ?? "").split(",").filter((id) => /^[\w-]+$/.test(id)) : first.estimate.agreements,
    },
    data: {
      reporter: reporter || first.data.reporter,
      partner: partner || first.data.partner,
      side: one_of(query.get("side"), ["exporter", "importer", "reconciled"], first.data.side),
    },
    regions: read_regions(query),
  };
}
