import { Table, type Cell } from "../../result/table";
import type { Series } from "../api/types";
import type { DataState } from "../state/state";

type Year = Series["yearly"][number];

/** What one side, or both together, say of a year. */
export function told_by(year: Year, side: DataState["side"]): number | null {
  return side === "exporter" ? year.exporter_reported_musd : side === "importer" ? year.importer_reported_musd : year.reconciled_musd;
}

/** Flows of a pair by year, both ways, by the side chosen; the other columns stay for comparison. */
export function yearly_table(series: Series, side: DataState["side"], title: string): Table {
  return new Table("yearly", {
    title,
    columns: [
      { name: "exporter", label: "Exporter" }, { name: "importer", label: "Importer" }, { name: "year", label: "Year", unit: "year" },
      { name: "shown_musd", label: "Shown", unit: "million USD" }, { name: "exporter_reported_musd", label: "Exporter's report", unit: "million USD" },
      { name: "importer_reported_musd", label: "Importer's report", unit: "million USD" }, { name: "gap", label: "Gap, log", unit: "log" },
    ],
    rows: series.yearly.map((year): Cell[] => [
      year.exporter, year.importer, year.year, told_by(year, side), year.exporter_reported_musd, year.importer_reported_musd, year.gap]),
  });
}

/** The latest gap between the two sides' reports of a direction: a fraction, and its year. */
export function latest_gap(series: Series, exporter: string): { gap: number; year: number } | null {
  const known = series.yearly.filter((year) => year.exporter === exporter && year.gap !== null).sort((a, b) => b.year - a.year)[0];
  return known ? { gap: Math.expm1(known.gap!), year: known.year } : null;
}

export function monthly_table(series: Series, title: string): Table {
  const { monthly } = series;
  return new Table("series", {
    title,
    columns: [
      { name: "month", label: "Month", unit: "month" }, { name: "exports_musd", label: "Exports", unit: "million USD" },
      { name: "imports_musd", label: "Imports", unit: "million USD" }, { name: "turnover_musd", label: "Turnover", unit: "million USD" },
    ],
    rows: (monthly?.months ?? []).map((month, place): Cell[] => [
      month, monthly!.exports_musd[place] ?? null, monthly!.imports_musd[place] ?? null, monthly!.turnover_musd[place] ?? null]),
  });
}
