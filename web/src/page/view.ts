import type { ChartContext } from "../charts/frame";
import type { SubtitleWords } from "../language/en";
import type { Locale } from "../language/locale";
import type { CheckResult } from "../result/check_result";

/** What every part of the page is made from. */
export interface View {
  result: CheckResult;
  locale: Locale;
}

export function chart_context(view: View, width: number): ChartContext {
  return { width, locale: view.locale, claim: view.result.claim };
}

/** The words that subtitles are built with. */
export function subtitle_words(view: View): SubtitleWords {
  const { claim } = view.result;
  const title = view.locale.text.values[claim.measure] ?? claim.measure;
  return {
    reporter_name: claim.reporter_name || claim.reporter,
    partner_name: claim.partner_name || claim.partner,
    agreement: claim.agreement,
    measure: title.toLowerCase(),
    measure_title: title,
  };
}

/** The claim's threshold in words: "50%". */
export function threshold_text(view: View): string {
  return view.locale.number.percent(view.result.claim.threshold, 0);
}
