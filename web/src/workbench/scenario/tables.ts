import { Table, type Cell, type RawTable } from "../../result/table";
import type { Flows, Interval, Partial, SolveAnswer } from "../api/types";
import type { Measure } from "../state/state";

/** What tables say of economies besides numbers. */
export interface Facts {
  name_of: (code: string) => string;
  number_of: (code: string) => number | null;
  /** Members of the bloc as the scenario leaves it. */
  members: string[];
  /** Economies that the reader let in or out, or that a rule names. */
  marked: string[];
  /** Economies whose domestic trade comes from a rule of its own, unlike the others'. */
  assumed: string[];
  /** Of amounts: "million USD", or "currency" where it is that of the reader's tables. */
  unit: string;
}

type Columns = [name: string, label: string, unit: string][];

function table_of(id: string, title: string, note: string, columns: Columns, rows: Cell[][]): Table {
  const raw: RawTable = { title, note, columns: columns.map(([name, label, unit]) => ({ name, label, unit })), rows };
  return new Table(id, raw);
}

function ratio(after: number, before: number): number | null {
  return before > 0 ? after / before - 1 : null;
}

/** The vector that the map shows. Revenue is what an economy receives, against before. */
export function measure_of(answer: SolveAnswer, measure: Measure): (number | null)[] {
  if (measure === "revenue") {
    const { before, after } = answer.revenue_received;
    return before.map((value, place) => ratio(after[place]!, value));
  }
  return answer[measure];
}

function bounds_of(answer: SolveAnswer, partial: Partial | null, measure: Measure): { low: (number | null)[]; high: (number | null)[] } | null {
  if (!partial) return null;
  const places = answer.economies.map((code) => partial.economies.indexOf(code));
  const pick = (list: (number | null)[]) => places.map((place) => list[place] ?? null);
  if (measure !== "revenue") return { low: pick(partial[measure].low), high: pick(partial[measure].high) };
  const interval: Interval = partial.revenue_received;
  const { before } = answer.revenue_received;
  const share = (list: (number | null)[]) => list.map((value, place) => (value === null || !(before[place]! > 0) ? null : value / before[place]!));
  return { low: share(pick(interval.low)), high: share(pick(interval.high)) };
}

/** The intervals of all draws, from the finished result. */
export function drawn_of(result: Record<string, unknown>, n_draws: number): Partial {
  const tables = (result["tables"] ?? {}) as Record<string, RawTable>;
  const economies = new Table("economies", tables["economies"] ?? {});
  const revenue = new Map(new Table("revenue", tables["revenue"] ?? {}).rows.map((row) => [row.text("economy"), row]));
  // Of real income, the first of them, a world of many sectors writes "low" alone.
  const bound = (name: string, end: string) => economies.rows.map((row) =>
    row.number(`${name}_${end}`) ?? (name === "real_income_change" ? row.number(end) : null));
  const interval = (name: string): Interval => ({
    low: bound(name, "low"), mid: economies.rows.map((row) => row.number(name)), high: bound(name, "high"),
  });
  const received = (name: string) => economies.rows.map((row) => revenue.get(row.text("economy"))?.number(`received_${name}`) ?? null);
  return {
    n_draws, n_failed: 0, economies: economies.rows.map((row) => row.text("economy")),
    real_income: interval("real_income_change"), exports: interval("exports_change"), imports: interval("imports_change"),
    revenue_received: { low: received("low"), mid: received("change"), high: received("high") },
  };
}

/** One row per economy: the change, its interval once draws have come, and how the map draws it. */
export function change_table(
  answer: SolveAnswer, partial: Partial | null, measure: Measure, title: string, facts: Facts, note = "",
): Table {
  const values = measure_of(answer, measure);
  const bounds = bounds_of(answer, partial, measure);
  return table_of("change", title, note, [
    ["economy", "Code", ""], ["name", "Economy", ""], ["value", title, "fraction"], ["low", "5%", "fraction"], ["high", "95%", "fraction"],
    ["number", "ISO number", "year"], ["marked", "Named", "bool"], ["member", "In the bloc", "bool"], ["imputed", "Assumed", "bool"],
  ], answer.economies.map((code, place) => [
    code, facts.name_of(code), values[place] ?? null, bounds?.low[place] ?? null, bounds?.high[place] ?? null,
    facts.number_of(code), facts.marked.includes(code) || facts.members.includes(code), facts.members.includes(code), facts.assumed.includes(code),
  ]));
}

/** Two scenarios side by side: the change under each. */
export function compared_table(a: SolveAnswer, b: SolveAnswer, measure: Measure, title: string, facts: Facts): Table {
  const first = measure_of(a, measure);
  const second = measure_of(b, measure);
  return table_of("compared", title, "", [
    ["economy", "Code", ""], ["name", "Economy", ""], ["value", "A", "fraction"], ["other", "B", "fraction"], ["marked", "Named", "bool"],
  ], a.economies.map((code, place) => {
    const other = b.economies.indexOf(code);
    return [code, facts.name_of(code), first[place] ?? null, other < 0 ? null : (second[other] ?? null),
      facts.marked.includes(code) || facts.members.includes(code)];
  }));
}

/** Duties of the economies whose revenue is known and moves, or that are in the bloc. */
export function revenue_table(answer: SolveAnswer, title: string, facts: Facts): Table {
  const { revenue_collected: collected, revenue_received: received } = answer;
  const rows = answer.economies.map((code, place): Cell[] => [
    code, facts.name_of(code), collected.before[place]!, collected.after[place]!, received.before[place]!, received.after[place]!,
  ]).filter((row) => row.slice(2).some((value) => (value as number) > 0.005));
  rows.sort((a, b) => (b[4] as number) - (a[4] as number));
  return table_of("revenue", title, "", [
    ["economy", "Code", ""], ["name", "Economy", ""], ["collected_before", "Collected before", facts.unit],
    ["collected_after", "Collected after", facts.unit], ["received_before", "Received before", facts.unit],
    ["received_after", "Received after", facts.unit],
  ], rows);
}

/** Exports, imports or duties of one economy by sector, before and after; "" is all economies. */
export function sector_table(answer: SolveAnswer, what: "exports" | "imports" | "duties", code: string, title: string, facts: Facts): Table {
  const place = answer.economies.indexOf(code);
  const of = (list: number[]) => (place < 0 ? list.reduce((sum, value) => sum + value, 0) : list[place]!);
  const rows = (answer.sectors ?? []).map((one): Cell[] => [one.sector, of(one[what].before), of(one[what].after)])
    .map(([sector, before, after]): Cell[] => [sector!, before!, after!, ratio(after as number, before as number)]);
  rows.sort((a, b) => (b[2] as number) - (b[1] as number) - (a[2] as number) + (a[1] as number));
  return table_of("by_sector", title, "", [
    ["sector", "Sector", ""], ["before", "Before", facts.unit], ["after", "After", facts.unit], ["change", "Change", "fraction"],
  ], rows);
}

/** Keys of every pool, before and after. */
export function keys_table(answer: SolveAnswer, title: string, facts: Facts): Table {
  const rows = answer.keys.flatMap(({ before, after }) =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])].map((code): Cell[] =>
      [code, facts.name_of(code), before[code] ?? null, after[code] ?? null]));
  rows.sort((a, b) => ((b[3] ?? b[2]) as number) - ((a[3] ?? a[2]) as number));
  return table_of("keys", title, "", [
    ["economy", "Code", ""], ["name", "Economy", ""], ["before", "Before", "fraction"], ["after", "After", "fraction"],
  ], rows);
}

/** Parts of one economy's change of real income, and the whole. */
export function parts_table(
  answer: SolveAnswer, code: string, title: string, whole: string, label_of: (part: string) => string,
): Table {
  const place = answer.economies.indexOf(code);
  const rows: Cell[][] = place < 0 ? [] : answer.decomposition.map((part): Cell[] => [label_of(part.label), part.log_change[place] ?? null, false]);
  if (rows.length) rows.push([whole, Math.log1p(answer.real_income[place]!), true]);
  return table_of("parts", title, "", [["label", "Part", ""], ["change", "Change, log", "fraction"], ["whole", "Whole", "bool"]], rows);
}

/** Direct, conditional and full change of the pairs whose own cost changes, with names. */
export function stages_table(answer: SolveAnswer, title: string, facts: Facts): Table {
  const tables = (answer.result?.["tables"] ?? {}) as Record<string, RawTable>;
  const pairs = new Table("pairs", tables["pairs"] ?? {});
  return table_of("stages", title, pairs.note, [
    ["exporter", "From", ""], ["importer", "To", ""], ["exporter_name", "Exporter", ""], ["importer_name", "Importer", ""],
    ["base_musd", "Base", facts.unit], ["direct_change", "Direct", "fraction"], ["conditional_change", "Conditional", "fraction"],
    ["full_change", "Full", "fraction"],
  ], pairs.rows.map((row) => [
    row.text("exporter"), row.text("importer"), facts.name_of(row.text("exporter")), facts.name_of(row.text("importer")),
    row.cell("base_musd") ?? row.cell("base"), row.cell("direct_change"), row.cell("conditional_change"), row.cell("full_change"),
  ]));
}

/** Economies whose trade the scenario moves most: the concerned ones first. */
function central(answer: SolveAnswer, flows: Flows, facts: Facts, count: number): number[] {
  const n = answer.economies.length;
  const moved = answer.economies.map((code, at) => {
    let sum = 0;
    for (let other = 0; other < n; other += 1) {
      if (other === at) continue;
      sum += Math.abs(flows.full_musd[at * n + other]! - flows.base_musd[at * n + other]!);
      sum += Math.abs(flows.full_musd[other * n + at]! - flows.base_musd[other * n + at]!);
    }
    return { at, sum, first: facts.members.includes(code) || facts.marked.includes(code) };
  });
  return moved.sort((a, b) => Number(b.first) - Number(a.first) || b.sum - a.sum || a.at - b.at).slice(0, count).map((one) => one.at);
}

/** The largest flows of the economies concerned, all others of theirs as one. */
export function flows_table(answer: SolveAnswer, flows: Flows, title: string, other: string, facts: Facts, count = 15): Table {
  const n = answer.economies.length;
  const concerned = new Set(answer.economies.flatMap((code, at) => (facts.members.includes(code) || facts.marked.includes(code) ? [at] : [])));
  if (!concerned.size) for (const at of central(answer, flows, facts, 3)) concerned.add(at);
  const all: { from: number; to: number; before: number; after: number }[] = [];
  for (let from = 0; from < n; from += 1) {
    for (let to = 0; to < n; to += 1) {
      if (from === to || !(concerned.has(from) || concerned.has(to))) continue;
      all.push({ from, to, before: flows.base_musd[from * n + to]!, after: flows.full_musd[from * n + to]! });
    }
  }
  all.sort((a, b) => Math.max(b.before, b.after) - Math.max(a.before, a.after) || a.from - b.from || a.to - b.to);
  const code = (at: number) => answer.economies[at]!;
  const rows: Cell[][] = all.slice(0, count).map(({ from, to, before, after }) =>
    [code(from), code(to), facts.name_of(code(from)), facts.name_of(code(to)), before, after]);
  const rest = all.slice(count);
  if (rest.length) {
    rows.push(["", "", other, other, rest.reduce((sum, one) => sum + one.before, 0), rest.reduce((sum, one) => sum + one.after, 0)]);
  }
  return table_of("flows", title, "", [
    ["exporter", "From", ""], ["importer", "To", ""], ["exporter_name", "Exporter", ""], ["importer_name", "Importer", ""],
    ["before_musd", "Before", facts.unit], ["after_musd", "After", facts.unit],
  ], rows);
}

/** Change of trade between the economies that move most, every pair of them. */
export function matrix_table(answer: SolveAnswer, flows: Flows, title: string, facts: Facts, count = 18): Table {
  const n = answer.economies.length;
  const chosen = central(answer, flows, facts, count);
  const code = (at: number) => answer.economies[at]!;
  const rows = chosen.flatMap((from) => chosen.filter((to) => to !== from).map((to): Cell[] => {
    const before = flows.base_musd[from * n + to]!;
    const after = flows.full_musd[from * n + to]!;
    return [code(from), code(to), facts.name_of(code(from)), facts.name_of(code(to)), before, after, ratio(after, before)];
  }));
  return table_of("matrix", title, "", [
    ["exporter", "From", ""], ["importer", "To", ""], ["exporter_name", "Exporter", ""], ["importer_name", "Importer", ""],
    ["before_musd", "Before", facts.unit], ["after_musd", "After", facts.unit], ["change", "Change", "fraction"],
  ], rows);
}
