import type { Rule, ScenarioState } from "../state/state";

/** A scenario file as plain data: the sections of docs/simulate.md. */
export type Document = Record<string, unknown>;
type Entry = Record<string, unknown>;

/** What the page has to know of the world to write a scenario in words of its own. */
export interface WorldFacts {
  /** Members of the bloc in the base year. */
  members: string[];
  /** Whether the base knows the bloc's duties and shares them. */
  has_duties: boolean;
  /** The reader's own table of trade and its year; null for the bundled one. */
  trade: { table: string; year: number } | null;
  /** The section [sectors] of a world of many; null where all goods are one. */
  sectors: Record<string, unknown> | null;
  /** Every economy of the world. */
  economies: string[];
  /** Bundled scenarios of a world of many sectors, by name. */
  bases: string[];
  /** Whether the bundled base stands on this world: its union and its pool are in it. */
  has_base: boolean;
  /** Economies whose own tariff the base knows. */
  with_tariff: string[];
  /** Anyone: nought points on a tariff are nobody's. */
  someone: string[];
  /** Name of an economy by code, in English: file and command line speak it. */
  name_of: (code: string) => string;
}

const kCommonTariff = "common external tariff";
/** Rate of the bundled base, taken for who has no tariff of its own there. */
const kCommonTariffPct = 5.6;
/** Spread of trade elasticities where their table tells none. */
const kThetaLogSd = 0.25;
const kOnPage = "set on the page";
const kOnPageRange = "set on the page; the range runs from nil to twice as large";

const round = (value: number) => Math.round(value * 1e6) / 1e6;

function border(name: string, from: string[], others: string[], by_pct: number): Entry {
  const twice = round(2 * by_pct);
  return {
    name, what: "border_cost", from, with: others, by_pct: round(by_pct), range_pct: by_pct < 0 ? [twice, 0] : [0, twice], source: kOnPageRange,
  };
}

function no_duties(importer: string[], exporter: string[], name: string): Entry {
  return { name, what: "tariff", importer, exporter, rate_pct: 0, source: "terms of a customs union" };
}

function joining(code: string, others: string[], state: ScenarioState, facts: WorldFacts): Entry[] {
  const name = facts.name_of(code);
  return [
    ...(state.border_pct === 0 ? [] : [border(`border control with ${name}`, [code], others, -Math.abs(state.border_pct))]),
    ...(facts.has_duties
      ? [
          { name: `${name} takes the common tariff`, what: "tariff", importer: [code], same_as: kCommonTariff,
            source: "terms of the union's treaty; transition lists are left out" },
          no_duties([code], others, `no duties of ${name} on members`),
          no_duties(others, [code], `no duties of members on ${name}`),
        ]
      : []),
  ];
}

const kFormula = { tariff_set: "set", tariff_add: "add", tariff_cut: "cut" } as const;

function rule_entry(rule: Rule, place: number): Entry {
  const name = `rule ${place + 1}: ${rule.from} to ${rule.to}`;
  if (rule.kind === "border_cost") {
    return { name, what: "border_cost", from: [rule.from], with: [rule.to], both: false, by_pct: round(rule.percent), source: kOnPage };
  }
  return {
    name, what: "tariff", importer: [rule.to], exporter: [rule.from], formula: kFormula[rule.kind], rate_pct: round(rule.percent), source: kOnPage,
  };
}

/**
 * One scenario on top of another, as `extends` has it: keys replace keys, lists are joined, an entry
 * of the same name takes the other's place.
 */
export function merge_documents(first: Document, second: Document): Document {
  const result: Document = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = result[key];
    if (Array.isArray(value) && Array.isArray(before)) {
      const names = new Set((value as Entry[]).map((entry) => entry["name"]));
      result[key] = [...(before as Entry[]).filter((entry) => !names.has(entry["name"])), ...(value as Entry[])];
    } else if (is_section(value) && is_section(before)) {
      result[key] = { ...before, ...value };
    } else {
      result[key] = value;
    }
  }
  return result;
}

function is_section(value: unknown): value is Entry {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Change of the cost of delivery between two groups, with its range, where sectors are many. */
function sector_border(name: string, from: string[], others: string[], by_pct: number): Entry {
  const twice = round(2 * by_pct);
  return {
    name, what: "cost", importer: from, exporter: others, both: true, rate_pct: round(by_pct),
    range_pct: by_pct < 0 ? [twice, 0] : [0, twice], source: kOnPageRange,
  };
}

function sector_rule(rule: Rule, place: number): Entry {
  const trade = { importer: [rule.to], exporter: [rule.from], ...(rule.sector ? { sector: [rule.sector] } : {}) };
  const name = `rule ${place + 1}: ${rule.from} to ${rule.to}${rule.sector ? `, ${rule.sector}` : ""}`;
  return rule.kind === "border_cost"
    ? { name, what: "cost", ...trade, rate_pct: round(rule.percent), source: kOnPage }
    : { name, what: "tariff", ...trade, formula: kFormula[rule.kind], rate_pct: round(rule.percent), source: kOnPage };
}

/** The scenario file of a world of many sectors (docs/simulate-sectors.md): a bloc trades freely inside. */
function sector_document(state: ScenarioState, facts: WorldFacts, title: string): Document {
  const now = [...facts.members.filter((code) => !state.leave.includes(code)), ...state.join];
  const others = facts.economies.filter((code) => !now.includes(code));
  const together = [...facts.members, ...state.join];
  const moved = state.join.length || state.leave.length;
  const changes: Entry[] = [
    ...(state.join.length && now.length > 1
      ? [{ name: "no duties inside the bloc", what: "tariff", importer: now, exporter: now, formula: "set", rate_pct: 0, source: "terms of free trade" }] : []),
    ...(state.border_pct === 0 ? [] : [
      ...state.join.flatMap((code, place) => {
        const partners = together.slice(0, facts.members.length + place).filter((one) => now.includes(one));
        return partners.length ? [sector_border(`border control with ${facts.name_of(code)}`, [code], partners, -Math.abs(state.border_pct))] : [];
      }),
      ...state.leave.map((code) => sector_border(`border control with ${facts.name_of(code)}`, [code], now, Math.abs(state.border_pct))),
      ...(!moved && now.length > 1 ? [sector_border("cost of border control between members", now, now, state.border_pct)] : []),
    ]),
    ...(state.tariff_points !== 0 && now.length && others.length
      ? [{ name: "points on the duties of the bloc", what: "tariff", importer: now, exporter: others, formula: "add", rate_pct: round(state.tariff_points), source: kOnPage }] : []),
    ...state.rules.map(sector_rule),
  ];
  const model = (state.file?.["model"] ?? {}) as Entry;
  const own: Document = {
    scenario: { name: "page", title, ...(!state.file && facts.bases.includes(state.base) ? { extends: state.base } : {}) },
    sectors: { ...facts.sectors, ...("theta" in facts.sectors! ? { theta: round(state.theta) } : {}) },
    ...(changes.length ? { change: changes } : {}),
    ...("theta_log_sd" in model ? {} : { model: { theta_log_sd: kThetaLogSd } }),
  };
  return state.file ? merge_documents(state.file, own) : own;
}

/** Whether the page adds nothing to the scenario it stands on. */
export function adds_nothing(state: ScenarioState): boolean {
  return !state.join.length && !state.leave.length && !state.rules.length && state.tariff_points === 0 && state.border_pct === 0;
}

/**
 * The scenario file that the state means. A bundled scenario is named in `extends`; the reader's own
 * file is the ground the rest is laid on.
 */
export function document_of(state: ScenarioState, facts: WorldFacts, title: string): Document {
  if (facts.sectors) return sector_document(state, facts, title);
  const now = [...facts.members.filter((code) => !state.leave.includes(code)), ...state.join];
  const changes: Entry[] = [
    ...state.join.flatMap((code, place) => joining(code, [...facts.members, ...state.join.slice(0, place)], state, facts)),
    ...(state.border_pct === 0 ? [] : state.leave.map((code) =>
      border(`border control with ${facts.name_of(code)}`, [code], now, Math.abs(state.border_pct)))),
    ...(!state.join.length && !state.leave.length && state.border_pct !== 0
      ? [border("cost of border control between members", facts.members, facts.members, state.border_pct)] : []),
    ...state.rules.map(rule_entry),
  ];
  // Without any change a scenario is refused; nought points is the base itself.
  const nothing = !changes.length && !state.file && (state.base === "eaeu-2016" || !facts.has_base);
  if (state.tariff_points !== 0 || nothing) {
    changes.push({
      name: "points on the common tariff", what: "tariff", importer: now.length ? now : facts.someone, formula: "add", rate_pct: round(state.tariff_points), source: kOnPage,
    });
  }
  const tariff = !facts.has_duties ? [] : state.join.filter((code) => !facts.with_tariff.includes(code)).map((code) => ({
    name: `${facts.name_of(code)}'s own tariff`, importer: [code], rate_pct: kCommonTariffPct, range_pct: [2, 10],
    source: "an assumption: no trade-weighted average is bundled, so the common tariff's level is taken",
  }));
  const revenue: Entry = {};
  if (facts.has_duties && state.leave.length) revenue["leave"] = state.leave;
  if (facts.has_duties && state.join.length) {
    revenue["join"] = state.join;
    // More newcomers than the pool can feed at that rate share a third of it.
    const key = round(Math.min(2, 33 / state.join.length));
    revenue["join_share_pct"] = key;
    revenue["join_share_range_pct"] = [round(key / 2), round(key * 2)];
    revenue["source"] = "an assumption: between Kyrgyzstan's 1.90% and Kazakhstan's 7.11%";
  }
  const theta = round(state.theta);
  const own: Document = {
    scenario: {
      name: "page", title, ...(facts.trade ? { year: facts.trade.year } : {}),
      ...(state.file || !facts.has_base ? {} : { extends: state.base }),
    },
    ...(facts.trade ? { world: { trade: facts.trade.table } } : {}),
    ...(tariff.length ? { tariff } : {}),
    ...(changes.length ? { change: changes } : {}),
    ...(Object.keys(revenue).length ? { revenue } : {}),
    model: { theta, theta_range: [Math.min(3, theta), Math.max(8, theta)], ...(state.phase < 1 ? { phase_in: round(state.phase) } : {}) },
  };
  return state.file ? merge_documents(state.file, own) : own;
}
