/**
 * JSON text that may stand inside a script element: nothing in it can end the element or open a
 * comment, and no line separator breaks a reader. The engine's report_html() does the same.
 * @param {string} json
 * @returns {string}
 */
export function inline_json(json) {
  return json
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

export const kResultPlace = "__ALTYN_RESULT__";

/**
 * The page with a result in its place.
 * @param {string} page
 * @param {string} json
 * @returns {string}
 */
export function fill_report(page, json) {
  return page.replace(kResultPlace, () => inline_json(json));
}
