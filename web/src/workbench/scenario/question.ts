import type { Catalogue } from "../api/types";
import type { ScenarioState } from "../state/state";
import type { Words } from "../words/en";
import { adds_nothing } from "./document";

/** The scenario as a question, its main change first. */
export function scenario_title(
  state: ScenarioState, catalogue: Catalogue, words: Words["question"], nothing: string,
  name_of: (code: string) => string, signed: (value: number) => string, short: Record<string, string>,
  titles: Record<string, string>, has_union = true,
): string {
  const list = (codes: string[]) => codes.map(name_of).join(", ");
  const union = short[state.union] ?? state.union.toUpperCase();
  if (!has_union && state.join.length) return words.bloc(list(state.join));
  if (state.join.length && state.leave.length) return words.both(list(state.join), list(state.leave), union);
  if (state.join.length) return words.join(list(state.join), union);
  if (state.leave.length) return words.leave(list(state.leave), union);
  if (adds_nothing(state)) {
    const head = state.file?.["scenario"] as { title?: string } | undefined;
    if (head?.title) return head.title;
    const bundled = catalogue.scenarios.find((one) => one.id === state.base);
    return bundled && bundled.id !== "eaeu-2016" ? titles[bundled.id] ?? bundled.title : nothing;
  }
  if (state.rules.length) return words.rules;
  return state.tariff_points !== 0 ? words.tariff(signed(state.tariff_points)) : words.border(signed(state.border_pct));
}
