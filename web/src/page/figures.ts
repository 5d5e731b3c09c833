import { agreement_estimates, agreement_path, phase_in } from "../charts/agreement";
import { base_effect } from "../charts/base_effect";
import { counterfactual, counterfactual_members } from "../charts/counterfactual";
import { corridor_map } from "../charts/corridor_map";
import type { Chart } from "../charts/frame";
import { literature } from "../charts/literature";
import { placebo, synthetic_placebo } from "../charts/placebo";
import { plan_path } from "../charts/plan";
import { prices } from "../charts/prices";
import { range_bars } from "../charts/range_bars";
import { region_map } from "../charts/region_map";
import { region_shares } from "../charts/region_shares";
import { series } from "../charts/series";
import { structural } from "../charts/structural";
import { synthetic_gap, synthetic_path } from "../charts/synthetic";
import { waterfall } from "../charts/waterfall";
import { window_grid, window_line } from "../charts/windows";
import { figure } from "./figure";
import { subtitle_words, type View } from "./view";

/** The chart of each table of the result; a table that is not listed is shown as a table. */
const kCharts: Record<string, Chart> = {
  range_bars, series, base_effect, waterfall, placebo, structural, agreement_estimates, agreement_path, phase_in,
  counterfactual, counterfactual_members, prices, literature, synthetic_placebo, shapley: waterfall,
  corridor_map, plan_path, real_income: counterfactual_members, comparison: counterfactual_members, region_shares,
  long_run: counterfactual_members, welfare: counterfactual_members,
};

/** The figures of one table: none where the table is absent or empty, two for the windows and for a synthetic control. */
export function figures_of(table_id: string, source: string, view: View, level: "h3" | "h4" = "h3"): HTMLElement[] {
  const table = view.result.tables.get(table_id);
  if (!table || !table.rows.length) return [];
  const words = subtitle_words(view);
  const { text } = view.locale;
  const subtitle = (id: string) => text.subtitle[id]?.(words) ?? "";
  if (table_id === "windows") {
    return [
      figure({ id: "window_line", title: text.window_line_title(words.measure), subtitle: subtitle("window_line"), source, table, level, chart: window_line }, view),
      figure({ id: "window_grid", title: table.title, subtitle: subtitle("window_grid"), source, table, level, chart: window_grid }, view),
    ];
  }
  if (table_id === "synthetic_path") {
    return [
      figure({ id: "synthetic_path", title: table.title, subtitle: subtitle("synthetic_path"), source, table, level, chart: synthetic_path }, view),
      figure({ id: "synthetic_gap", title: text.synthetic_gap_title, subtitle: subtitle("synthetic_gap"), source, table, level, chart: synthetic_gap }, view),
    ];
  }
  if (table_id === "region_pairs") {
    const regions = view.result.tables.get("regions");
    return [figure({ id: table_id, title: text.region_map_title, subtitle: subtitle(table_id), source, table, level, chart: regions && region_map(regions) }, view)];
  }
  const kind = table_id.startsWith("goal_") ? "plan_path" : table_id;
  return [figure({ id: table_id, title: table.title || table_id, subtitle: subtitle(kind), source, table, level, chart: kCharts[kind] }, view)];
}
