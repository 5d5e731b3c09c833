import { element } from "./dom";
import { section } from "./evidence";
import { figures_of } from "./figures";
import type { View } from "./view";

/** Whether the result is that of a scenario or of a plan, not of a claim. */
export function is_scenario(view: View): boolean {
  return is_plan(view) || view.result.schema.startsWith("altyn.scenario/");
}

function is_plan(view: View): boolean {
  return view.result.schema.startsWith("altyn.plan/");
}

/** Title, model and comparison, and the summary in words. */
export function scenario_head(view: View): HTMLElement {
  const { result, locale } = view;
  const about = result.lines[0]?.finding ?? "";
  return element("header", { id: "answer", class: "head" },
    element("p", { class: "kind" }, is_plan(view) ? locale.text.plan_kind : locale.text.scenario_kind),
    element("h1", {}, result.title),
    about ? element("p", { class: "lead" }, about) : null,
    element("div", { class: "summary" }, ...result.verdict.summary.map((paragraph) => element("p", {}, paragraph))));
}

/** Results, what their range rests on, what was assumed. */
export function scenario_sections(view: View): (HTMLElement | null)[] {
  const { text } = view.locale;
  const figures = (...ids: string[]) => ids.flatMap((id) => figures_of(id, "", view));
  if (is_plan(view)) {
    const paths = [...view.result.tables.keys()].filter((id) => id.startsWith("goal_"));
    return [
      section("results", text.section_goals, "", ...figures("goals")),
      section("paths", text.section_paths, text.section_paths_lead, ...figures(...paths)),
    ];
  }
  return [
    section("results", text.section_results, "", ...figures("real_income", "comparison", "revenue")),
    section("network", text.section_network, text.section_network_lead, ...figures("corridor_map", "traffic")),
    section("drivers", text.section_drivers, text.section_drivers_lead, ...figures("drivers")),
    section("assumptions", text.section_assumptions, "", ...figures("assumptions")),
    section("trade", text.section_trade, "", ...figures("pairs", "economies")),
  ];
}
