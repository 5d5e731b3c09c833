import { element } from "./dom";
import { section } from "./evidence";
import { figures_of } from "./figures";
import type { View } from "./view";

/** A result that is no check of a claim: what kind it is, and its sections. */
export interface AnswerPage {
  kind: string;
  sections: (view: View) => (HTMLElement | null)[];
}

const figures = (view: View, ...ids: string[]) => ids.flatMap((id) => figures_of(id, "", view));

/** Results, what their range rests on, what was assumed. */
function scenario_sections(view: View): (HTMLElement | null)[] {
  const { text } = view.locale;
  return [
    section("results", text.section_results, "", ...figures(
      view, "real_income", "comparison", "long_run", "optimal_tariffs", "revenue", "total", "partners", "welfare", "markets", "contributions", "decomposition", "path")),
    section("network", text.section_network, text.section_network_lead, ...figures(view, "corridor_map", "traffic")),
    section("drivers", text.section_drivers, text.section_drivers_lead, ...figures(view, "drivers")),
    section("assumptions", text.section_assumptions, "", ...figures(view, "assumptions")),
    section("trade", text.section_trade, "", ...figures(view, "pairs", "trade", "economies")),
  ];
}

/** The goals, and the path of each. */
function plan_sections(view: View): (HTMLElement | null)[] {
  const { text } = view.locale;
  const paths = [...view.result.tables.keys()].filter((id) => id.startsWith("goal_"));
  return [
    section("results", text.section_goals, "", ...figures(view, "goals")),
    section("paths", text.section_paths, text.section_paths_lead, ...figures(view, ...paths)),
  ];
}

/** Shares by definition, the map of the pairs, what the shares rest on. */
function regions_sections(view: View): (HTMLElement | null)[] {
  const { text } = view.locale;
  return [
    section("shares", text.section_shares, "", ...figures(view, "region_shares")),
    section("map", text.section_map, "", ...figures(view, "region_pairs")),
    section("rests", text.section_drivers, "", ...figures(view, "region_elasticities", "regions")),
  ];
}

/** The page of such a result; null for a check. */
export function answer_page(view: View): AnswerPage | null {
  const { schema } = view.result;
  const { text } = view.locale;
  if (schema.startsWith("altyn.scenario/")) return { kind: text.scenario_kind, sections: scenario_sections };
  if (schema.startsWith("altyn.plan/")) return { kind: text.plan_kind, sections: plan_sections };
  if (schema.startsWith("altyn.regions/")) return { kind: text.regions_kind, sections: regions_sections };
  return null;
}

/** Title, what is compared, and the summary in words. */
export function answer_head(view: View, kind: string): HTMLElement {
  const { result } = view;
  const about = result.lines[0]?.finding ?? "";
  return element("header", { id: "answer", class: "head" },
    element("p", { class: "kind" }, kind),
    element("h1", {}, result.title),
    about ? element("p", { class: "lead" }, about) : null,
    element("div", { class: "summary" }, ...result.verdict.summary.map((paragraph) => element("p", {}, paragraph))));
}
