import type { Judgement } from "../result/check_result";
import { element, link } from "./dom";
import { threshold_text, type View } from "./view";

/** True when the page is read in the language that the result was written in. */
function own_words(view: View): boolean {
  return view.locale.code === view.result.language;
}

/** The grades of a dial in words, the one given marked. */
function scale(judgement: Judgement, grades: Record<string, string>): HTMLElement {
  return element("ol", { class: "scale" }, ...Object.entries(grades).map(([key, label]) =>
    element("li", key === judgement.key ? { "aria-current": "true" } : {}, label)));
}

function dial(kind: string, name: string, judgement: Judgement, grades: Record<string, string>, view: View, extra: string): HTMLElement {
  return element("div", { class: `dial ${kind}` },
    element("h3", {}, name),
    element("p", { class: "grade" }, own_words(view) && judgement.label || grades[judgement.key] || judgement.label || "–"),
    scale(judgement, grades),
    element("p", {}, judgement.sentence),
    extra ? element("p", { class: "likelihood" }, extra) : null,
    judgement.rule ? element("p", { class: "rule" }, `${view.locale.text.rule}: ${judgement.rule}`) : null);
}

function fact(name: string, value: Node | string): HTMLElement[] {
  return value === "" ? [] : [element("dt", {}, name), element("dd", {}, value)];
}

/** What was said, by whom, about what. */
function claimed_box(view: View): HTMLElement {
  const { claim } = view.result;
  const { text, number, month } = view.locale;
  const said = element("span", {},
    [claim.speaker, claim.speaker_role].filter(Boolean).join(", "),
    claim.date ? `, ${month.day(claim.date)}` : "",
    claim.outlet ? " (" : "", claim.outlet ? link(claim.outlet, claim.address) : "", claim.outlet ? ")" : "");
  return element("section", { class: "box claimed", "aria-labelledby": "what-was-claimed" },
    element("h2", { id: "what-was-claimed" }, text.what_was_claimed),
    element("p", { class: "words" }, claim.in_our_words),
    element("dl", { class: "facts" },
      ...fact(text.claimed_by, claim.speaker || claim.outlet ? said : ""),
      ...fact(text.pair, [claim.reporter_name, claim.partner_name].filter(Boolean).join(" – ")),
      ...fact(text.window, claim.window
        ? `${month.window(claim.window)}${claim.versus ? `, ${text.compared_with} ${month.window(claim.versus)}` : ""}` : ""),
      ...fact(text.figure, claim.figure === null ? ""
        : `${claim.hedge ? `${text.values[claim.hedge] ?? claim.hedge} ` : ""}${number.percent(claim.figure, 0, true)}, ${(text.values[claim.measure] ?? claim.measure).toLowerCase()}`),
      ...fact(text.cause_named, claim.agreement_name || claim.agreement),
      ...fact(text.strength, claim.strength ? text.strength_means(claim.strength, threshold_text(view)) : "")));
}

function found_box(view: View): HTMLElement {
  const { verdict } = view.result;
  const { text, number } = view.locale;
  const { cause } = verdict;
  const likelihood = cause.likelihood && cause.probability !== null && cause.probability !== undefined
    ? text.probability_of_claim(text.likelihood[cause.likelihood] ?? cause.likelihood, number.percent(cause.probability, 0), threshold_text(view))
    : "";
  return element("section", { class: "box found", "aria-labelledby": "what-we-found" },
    element("h2", { id: "what-we-found" }, text.what_we_found),
    element("div", { class: "dials" },
      dial("number", text.the_number, verdict.number, text.number_scale, view, ""),
      dial("cause", text.the_cause, cause, text.cause_scale, view, likelihood)));
}

function confidence(view: View): HTMLElement | null {
  const { confidence: judged } = view.result.verdict;
  const { text } = view.locale;
  if (!judged.key) return null;
  return element("div", { class: "confidence" },
    element("p", {}, `${text.confidence}: `, element("strong", {}, text.confidence_words[judged.key] ?? judged.key)),
    element("ul", {}, ...judged.reasons.map((reason) => element("li", {}, reason))));
}

/** A title whose hyphened names stay whole. */
function title_of(text: string): HTMLElement {
  return element("h1", {}, ...text.split(/(\S+-\S+)/).map((part) =>
    /\S-\S/.test(part) ? element("span", { class: "whole" }, part) : part));
}

function tile(name: string, value: string, below: string): HTMLElement {
  return element("div", { class: "tile" },
    element("p", { class: "name" }, name), element("p", { class: "value" }, value), element("p", { class: "below" }, below));
}

function tiles(view: View): HTMLElement {
  const { growth, synthesis, claim } = view.result;
  const { text, number } = view.locale;
  const shown = [
    growth.growth === null ? null
      : tile(text.tile_growth, number.percent(growth.growth, 1, true), text.tile_from_to(number.plain(growth.base_musd), number.plain(growth.value_musd))),
    claim.strength ? tile(text.tile_needed, text.or_more(threshold_text(view)), `“${claim.strength}”`) : null,
    synthesis.share && synthesis.share.mid !== null
      ? tile(text.tile_share, number.percent(synthesis.share.mid, 0), text.tile_range(number.percent(synthesis.share.low, 0), number.percent(synthesis.share.high, 0))) : null,
  ];
  return element("div", { class: "tiles" }, ...shown);
}

function line_list(name: string, ids: string[], view: View): HTMLElement {
  const lines = ids.map((id) => view.result.lines.find((line) => line.id === id)).filter((line) => line !== undefined);
  return element("div", {},
    element("h3", {}, name),
    lines.length
      ? element("ul", {}, ...lines.map((line) => element("li", {}, element("a", { href: `#line-${line.id}` }, line.title))))
      : element("p", {}, view.locale.text.none));
}

/** What was claimed, before it is checked. */
export function claim_head(view: View): HTMLElement {
  return element("header", { class: "head" },
    element("p", { class: "kind" }, view.locale.text.document_kind),
    title_of(view.result.title),
    element("div", { class: "boxes" }, claimed_box(view)));
}

/** Title, the two boxes, the figures that matter and what the verdict rests on. */
export function head(view: View): HTMLElement {
  const { result, locale } = view;
  const { verdict } = result;
  const { text } = locale;
  // What stands in the boxes above, or with its line below, is not said a second time here.
  const said = [verdict.number.sentence, verdict.cause.sentence, result.synthesis.sentence, ...result.lines.map((line) => line.finding)];
  return element("header", { id: "verdict", class: "head" },
    element("p", { class: "kind" }, text.document_kind),
    title_of(result.title),
    element("div", { class: "boxes" }, claimed_box(view), found_box(view)),
    confidence(view),
    tiles(view),
    element("div", { class: "summary" }, ...verdict.summary
      .filter((paragraph) => !said.includes(paragraph))
      .map((paragraph) => element("p", {}, paragraph))),
    element("div", { class: "weighing" },
      line_list(text.speaks_for, verdict.speaks_for, view),
      line_list(text.speaks_against, verdict.speaks_against, view),
      verdict.would_change.length
        ? element("div", {}, element("h3", {}, text.would_change),
            element("ul", {}, ...verdict.would_change.map((one) => element("li", {}, one))))
        : null));
}
