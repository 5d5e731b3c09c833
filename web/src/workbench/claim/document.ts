import type { Content } from "../api/calls";
import type { Catalogue } from "../api/types";
import type { ClaimState } from "../state/state";

type Fields = Record<string, unknown>;

/** The fields of the claim that the state stands on. */
export function ground_of(state: ClaimState, catalogue: Catalogue): Fields {
  const content = state.file ?? catalogue.claims.find((claim) => claim.id === state.id)?.content ?? catalogue.claims[0]?.content ?? {};
  return (typeof content["claim"] === "object" && content["claim"] !== null ? content["claim"] : content) as Fields;
}

/** What the claim says once the reader's changes are made. */
export interface ClaimNow {
  reporter: string;
  partner: string;
  window: string;
  versus: string;
  agreement: string;
  figure: number;
  threshold: number;
}

export function claim_now(state: ClaimState, catalogue: Catalogue): ClaimNow {
  const fields = ground_of(state, catalogue);
  const text = (name: string) => (typeof fields[name] === "string" ? (fields[name] as string) : "");
  const window = state.window || text("window");
  return {
    reporter: state.reporter || text("reporter"),
    partner: state.partner || text("partner"),
    window,
    versus: state.versus || (state.window ? year_before(window) : text("versus") || year_before(window)),
    agreement: state.agreement === "none" ? "" : state.agreement || text("agreement"),
    figure: typeof fields["figure"] === "number" ? fields["figure"] : 0,
    threshold: state.threshold || (typeof fields["threshold"] === "number" ? fields["threshold"] : 0),
  };
}

/** "2017-02..2017-07" -> "2016-02..2016-07". */
export function year_before(window: string): string {
  return window.replace(/\d{4}(?=-)/g, (year) => String(Number(year) - 1));
}

/** Months from 0 January of year 0. */
export function month_number(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;
}

export function month_text(number: number): string {
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
}

/** What only the speaker's own words allow: once window, pair or cause is another, nobody said it. */
const kSaid = ["id", "title", "title_ru", "title_kk", "in_our_words", "in_our_words_ru", "in_our_words_kk", "speaker", "speaker_role", "date", "outlet", "address", "second_outlet", "second_address"];

/** The study that checks the claim of the state. A bundled claim as it stands goes by its name. */
export function check_content(state: ClaimState, catalogue: Catalogue): Content {
  const options = state.controls.length ? { options: { agreements_in_estimate: state.controls } } : {};
  const other_words = Boolean(state.reporter || state.partner || state.window || state.versus || state.agreement);
  if (!state.file && !other_words && !state.threshold) return { claim: state.id, ...options };
  const now = claim_now(state, catalogue);
  const fields = { ...ground_of(state, catalogue) };
  if (other_words) {
    for (const name of kSaid) delete fields[name];
    Object.assign(fields, { reporter: now.reporter, partner: now.partner, window: now.window, versus: now.versus, agreement: now.agreement });
    if (!now.agreement) for (const name of ["cause", "strength", "alternatives"]) delete fields[name];
  }
  if (state.threshold) fields["threshold"] = state.threshold;
  return { claim: fields, ...options };
}
