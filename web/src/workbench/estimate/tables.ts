import type { Certificate, Ledger } from "../../result/check_result";
import { Table, type Cell } from "../../result/table";
import type { Say } from "../words/translation";

interface Coefficient {
  name: string;
  value: number | null;
  se: number | null;
  z: number | null;
  p: number | null;
  low: number | null;
  high: number | null;
}

/** A fitted model in the parts that the page shows (docs/estimation.md, the JSON table). */
export interface Model {
  formula: string;
  family: string;
  n_obs: number;
  iterations: number;
  rows_read: number;
  pseudo_r2: number | null;
  coefficients: Coefficient[];
  dropped_rows: { stage: string; reason: string; rows: number; examples: string[] }[];
  standard_errors: { kind: string; n_clusters: number[]; convention: string };
  certificate: Certificate & { summary: string };
  event_study?: { reference: number; variable: string; by_event_time: { at: number; log: { value: number; low: number; high: number; se: number } }[] };
}

export function models_of(value: Record<string, unknown>): Model[] {
  return Array.isArray(value["models"]) ? (value["models"] as Model[]) : [];
}

function stars(p: number | null): string {
  return p === null ? " " : p < 0.01 ? "***" : p < 0.05 ? "**" : p < 0.1 ? "*" : " ";
}

/** Coefficients with what they mean in percent. */
export function coefficient_table(model: Model, title: string, term: string, say: Say, plain: (value: number) => string): Table {
  const note = `${model.family}, ${plain(model.n_obs)}; ${say(model.standard_errors.kind)} (${model.standard_errors.n_clusters.map(plain).join(", ")}), ${say(model.standard_errors.convention)}; * 0.1, ** 0.05, *** 0.01`;
  return new Table("coefficients", {
    title, note,
    columns: [
      { name: "term", label: term }, { name: "value", label: "β", unit: "log" }, { name: "stars", label: " " }, { name: "se", label: "SE", unit: "log" },
      { name: "z", label: "z", unit: "log" }, { name: "p", label: "p", unit: "log" },
      { name: "low", label: "2.5%", unit: "log" }, { name: "high", label: "97.5%", unit: "log" }, { name: "percent", label: "exp(β) − 1", unit: "fraction" },
    ],
    rows: model.coefficients.map((one): Cell[] => [
      one.name, one.value, stars(one.p), one.se, one.z, one.p, one.low, one.high, one.value === null ? null : Math.expm1(one.value)]),
  });
}

/**
 * The path of an effect over time: an event study where the formula has one, else the indicators
 * of years that i() makes ("year::2015:eaeu"). Empty where there is no path.
 */
export function path_table(model: Model, title: string): Table {
  const columns = ["year", "beta", "se", "low", "high", "reference"].map((name) => ({
    name, label: name, unit: name === "year" ? "year" : name === "reference" ? "bool" : "log" }));
  let rows: Cell[][] = [];
  if (model.event_study) {
    rows = model.event_study.by_event_time.map(({ at, log }): Cell[] => [at, log.value, log.se, log.low, log.high, false]);
    const { reference } = model.event_study;
    if (!rows.some((row) => row[0] === reference)) rows.push([reference, 0, null, null, null, true]);
  } else {
    const term = /i\(\s*(\w+)\s*,[^)]*ref\s*=\s*(-?\d+)/.exec(model.formula);
    if (term) {
      rows = model.coefficients.flatMap((one): Cell[][] => {
        const at = new RegExp(`^${term[1]}::(-?\\d+)(?::|$)`).exec(one.name);
        return at ? [[Number(at[1]), one.value, one.se, one.low, one.high, false]] : [];
      });
      if (rows.length) rows.push([Number(term[2]), 0, null, null, null, true]);
    }
  }
  rows.sort((a, b) => (a[0] as number) - (b[0] as number));
  return new Table("event_study", { title, columns, rows });
}

export function ledger_of(model: Model, title: string): Ledger {
  return { title, rows_read: model.rows_read, dropped: model.dropped_rows, notes: [], rows_used: model.n_obs };
}
