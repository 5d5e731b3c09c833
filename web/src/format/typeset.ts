import type { MonthFormat } from "./month";

/**
 * Sentences of the engine as print sets them: true minus signs, curly quotes, months and days in
 * words. "-1.4% (2016-02..2016-07)" -> "−1.4% (February–July 2016)". Paths and codes stay.
 */
export function typeset(text: string, month: MonthFormat): string {
  return text
    .replace(/(?<![\w/.-])\d{4}-\d{2}(?:-\d{2}|\.\.\d{4}-\d{2})?(?![\w/-]|\.\w)/g,
      (date) => (date.length === 10 ? month.day(date) : month.window(date)))
    .replace(/(?<=^|[\s(])-(?=\d)/g, "−")
    .replace(/(?<=[\p{L}\d])'(?=\p{L})|(?<=\p{L}s)'(?=[\s.,;)])/gu, "’")
    .replace(/(?<=^|[\s(])"([^"]*)"/g, "“$1”");
}

/** Every text of a value set in print; other values stay as they are. */
export function typeset_all<T>(value: T, month: MonthFormat): T {
  if (typeof value === "string") return typeset(value, month) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => typeset_all(one, month)) as T;
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typeset_all(one as unknown, month)])) as T;
  }
  return value;
}
