import type { EvidenceLine } from "../result/check_result";
import { certificate_table } from "./certificates";
import { element, link } from "./dom";
import { figures_of } from "./figures";
import { threshold_text, type View } from "./view";

/** Tables that stand in sections of their own; a line that names one does not repeat it. */
export const kPlacedTables = ["range_bars", "number", "series", "windows", "base_effect", "waterfall", "shapley", "calibration", "calibration_cases", "key_results"];

/** A section with its heading, or nothing where all of its parts are missing. */
export function section(id: string, title: string, lead: string, ...parts: (HTMLElement | null)[]): HTMLElement | null {
  const present = parts.filter((part) => part !== null);
  if (!present.length) return null;
  return element("section", { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, title),
    lead ? element("p", { class: "lead" }, lead) : null,
    ...present);
}

/** The range bars: every line of evidence against what the claim needs. */
export function glance(view: View): HTMLElement | null {
  return section("glance", view.locale.text.section_glance, view.result.synthesis.sentence,
    ...figures_of("range_bars", "", view));
}

/** The number: each flow, the months around it, other windows, the base. */
export function number_section(view: View): HTMLElement | null {
  const { text } = view.locale;
  const source = view.result.lines.find((line) => line.id === "L1")?.data ?? "";
  return section("number", text.section_number, text.section_number_lead,
    ...["number", "series", "windows", "base_effect"].flatMap((id) => figures_of(id, source, view)));
}

export function parts_section(view: View): HTMLElement | null {
  const { text } = view.locale;
  return section("parts", text.section_parts, text.section_parts_lead, ...figures_of("waterfall", "", view),
    ...figures_of("shapley", "", view));
}

function share_facts(line: EvidenceLine, view: View): HTMLElement | null {
  const { text, number } = view.locale;
  if (!line.share) return null;
  const agreement = view.result.claim.agreement;
  return element("dl", { class: "share" },
    element("div", {},
      element("dt", {}, line.bound === "upper" ? text.share_at_most(agreement) : text.share_given(agreement)),
      element("dd", {}, number.interval(line.share.low, line.share.mid, line.share.high, text.to))),
    line.probability_at_threshold === null ? null
      : element("div", {},
          element("dt", {}, text.chance_of_claim(threshold_text(view))),
          element("dd", {}, number.percent(line.probability_at_threshold, 0))));
}

function line_details(line: EvidenceLine, view: View): HTMLElement | null {
  const { text } = view.locale;
  const facts: [string, string][] = [
    [text.data, line.data], [text.period, line.period], [text.controls, line.controls],
    [text.seed, line.seed === null ? "" : String(line.seed)],
  ];
  const known = facts.filter(([, value]) => value);
  if (!known.length && !line.certificates.length) return null;
  return element("details", {},
    element("summary", {}, text.data_and_certificates),
    element("dl", { class: "facts" }, ...known.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    line.certificates.length ? certificate_table(`${text.certificates_of}: ${line.title}`, line.certificates, view) : null);
}

/** Statements made at other times: date, growth said and measured, who, where. */
function history_list(view: View): HTMLElement | null {
  const table = view.result.tables.get("history");
  if (!table?.rows.length) return null;
  const { text, number, month } = view.locale;
  const growth = (name: string, label: string, amount: number | null) => element("p", { class: `growth ${name}` },
    amount === null ? null : number.percent(amount, 0, true),
    amount === null ? null : element("span", { class: "unit" }, label));
  return element("ol", { class: "history" }, ...table.rows.map((row) =>
    element("li", {},
      element("p", { class: "date" }, month.day(row.text("date")) || "–"),
      growth("said", text.growth_said, row.number("growth_said")),
      growth("then", text.growth_measured, row.number("growth_then")),
      element("div", {},
        element("p", {}, row.text("said")),
        element("p", { class: "who" }, row.text("who"), row.text("who") && row.text("outlet") ? ", " : "",
          link(row.text("outlet"), row.text("address")))))));
}

/** The studies as a list: what each found, on what sample and by what method. */
function study_list(view: View): HTMLElement | null {
  const table = view.result.tables.get("literature");
  if (!table?.rows.length) return null;
  return element("ul", { class: "studies" }, ...table.rows.map((row) =>
    element("li", {},
      element("p", { class: "study" }, link(row.text("study"), row.text("address"))),
      element("p", {}, row.text("finding")),
      element("p", { class: "who" }, [row.text("sample"), row.text("method")].filter(Boolean).join("; ")))));
}

function line_article(line: EvidenceLine, view: View): HTMLElement {
  const { text } = view.locale;
  const title = element("h3", { id: `line-${line.id}-title` }, line.title);
  if (!line.available) {
    return element("article", { id: `line-${line.id}`, class: "line absent", "aria-labelledby": `line-${line.id}-title` },
      element("p", { class: "kind" }, `${line.id} · ${text.left_out}`), title, element("p", {}, line.missing));
  }
  const figures = line.tables.filter((id) => !kPlacedTables.includes(id))
    .flatMap((id) => id === "history" ? [history_list(view)]
      : id === "literature" ? [...figures_of(id, line.data, view, "h4"), study_list(view)]
      : figures_of(id, line.data, view, "h4"));
  return element("article", { id: `line-${line.id}`, class: "line", "aria-labelledby": `line-${line.id}-title` },
    element("p", { class: "kind" }, `${line.id} · ${line.is_main ? text.main_line : text.context_line}`),
    title,
    line.question ? element("p", { class: "question" }, line.question) : null,
    line.finding ? element("p", { class: "finding" }, line.finding) : null,
    share_facts(line, view),
    ...figures,
    line.limits ? element("p", { class: "limits" }, element("strong", {}, `${text.cannot_show}: `), line.limits) : null,
    line_details(line, view));
}

/** Every line of evidence in the order of the result. */
export function cause_section(view: View): HTMLElement | null {
  const { text } = view.locale;
  return section("cause", text.section_cause, text.section_cause_lead,
    ...view.result.lines.map((line) => line_article(line, view)));
}

/** How often the method would find a cause where there is none. */
export function calibration_section(view: View): HTMLElement | null {
  const { text } = view.locale;
  return section("calibration", text.section_calibration, text.section_calibration_lead,
    ...["calibration", "calibration_cases"].flatMap((id) => figures_of(id, "", view)));
}
