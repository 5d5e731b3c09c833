/** A statement of an article: the claim file that it makes, or why it cannot be checked. */
export interface Statement {
  sentence: string;
  fields: Record<string, unknown> | null;
  why_not: string;
}

/** What a claim file may say; names that the result adds are left out. */
const kFields = ["in_our_words", "speaker", "speaker_role", "date", "outlet", "address", "reporter", "partner", "measure", "window", "versus",
  "figure", "hedge", "agreement", "cause", "alternatives", "strength", "threshold"];

/** The statements that were found in an article (altyn.claims/1). */
export function statements_of(value: Record<string, unknown>): Statement[] {
  const claims = Array.isArray(value["claims"]) ? (value["claims"] as Record<string, unknown>[]) : [];
  return claims.map((one) => {
    const result = one["result"] as { claim?: Record<string, unknown> } | null | undefined;
    const claim = result?.claim ?? null;
    const sentence = String(one["sentence"] ?? claim?.["in_our_words"] ?? one["words"] ?? "");
    return {
      sentence,
      fields: claim && Object.fromEntries(kFields.map((name) => [name, claim[name]])
        .filter(([, field]) => field !== undefined && field !== null && field !== "" && !(Array.isArray(field) && !field.length))),
      why_not: String(one["not_checked"] ?? ""),
    };
  });
}
