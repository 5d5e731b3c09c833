import { Table, type Cell } from "../../result/table";
import type { BundledScenario, Partial, SolveAnswer } from "../api/types";
import { change_table, type Facts } from "../scenario/tables";
import type { Document } from "../scenario/document";
import type { Measure, RegionsState } from "../state/state";

/** The bundled scenario that the tab stands on. */
export const kAltai = "altai-border";

/** A region of the scenario; `rest` is what the named ones leave of a nation. */
export interface Region {
  code: string;
  of: string;
  name: string;
  longitude: number;
  latitude: number;
  rest: boolean;
}

type Entry = Record<string, unknown>;
const entries = (value: unknown): Entry[] => (Array.isArray(value) ? (value as Entry[]) : []);

/** The regions that the scenario's file names, in its order. */
export function regions_of(scenario: BundledScenario): Region[] {
  return entries(scenario.resolved["region"]).map((one) => ({
    code: String(one["code"]), of: String(one["of"]), name: String(one["name"]),
    longitude: Number(one["longitude"]), latitude: Number(one["latitude"]), rest: one["code"] === one["of"],
  }));
}

/** The file with the border cost and the distance of the sliders. */
export function altai_document(state: RegionsState, scenario: BundledScenario, title: string): Document {
  const cut = entries(scenario.resolved["change"]).map((change) => ({ ...change, by_pct: Math.round(state.cut_pct * 100) / 100 }));
  const regions = scenario.resolved["regions"] as { distance_elasticity_range?: number[] } | undefined;
  const [low = state.distance, high = state.distance] = regions?.distance_elasticity_range ?? [];
  const distance = Math.round(state.distance * 100) / 100;
  return {
    scenario: { name: "page", title, extends: scenario.id },
    regions: { distance_elasticity: distance, distance_elasticity_range: [Math.min(low, distance), Math.max(high, distance)] },
    change: cut,
  };
}

/** The change in each region, and where it lies. */
export function places_table(
  answer: SolveAnswer, partial: Partial | null, measure: Measure, title: string, regions: Region[], facts: Facts,
  nation_of: (code: string) => string,
): Table {
  const changes = change_table(answer, partial, measure, title, facts);
  const row_of = new Map(changes.rows.map((row) => [row.text("economy"), row]));
  return new Table("regions", {
    title,
    columns: [
      { name: "economy", label: "Code" }, { name: "name", label: "Region" }, { name: "value", label: title, unit: "fraction" },
      { name: "low", label: "5%", unit: "fraction" }, { name: "high", label: "95%", unit: "fraction" },
      { name: "longitude", label: "Longitude", unit: "degrees" }, { name: "latitude", label: "Latitude", unit: "degrees" },
      { name: "marked", label: "Named", unit: "bool" }, { name: "nation", label: "Economy" },
    ],
    rows: regions.map((region): Cell[] => {
      const row = row_of.get(region.code);
      return [region.code, facts.name_of(region.code), row?.number("value") ?? null, row?.number("low") ?? null, row?.number("high") ?? null,
        region.longitude, region.latitude, !region.rest, nation_of(region.of)];
    }),
  });
}
