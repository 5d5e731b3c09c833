import { MonthFormat } from "../format/month";
import { NumberFormat } from "../format/number";
import type { Cell, Column, Table } from "../result/table";
import { english, type Strings } from "./en";
import { kazakh } from "./kk";
import { russian } from "./ru";

export type LanguageCode = "en" | "ru" | "kk";

const kLanguages: Record<LanguageCode, { tag: string; text: Strings }> = {
  en: { tag: "en-GB", text: english },
  ru: { tag: "ru-RU", text: russian },
  kk: { tag: "kk-KZ", text: kazakh },
};

/** Browsers that do not know Kazakh would write its numbers as English ones; it writes them as Russian does. */
const kNumberTags: Partial<Record<LanguageCode, string>> = { kk: "ru-RU" };

/** The words and the number style of one language. */
export interface Locale {
  code: LanguageCode;
  text: Strings;
  number: NumberFormat;
  month: MonthFormat;
}

export function make_locale(code: LanguageCode): Locale {
  const { tag, text } = kLanguages[code];
  return {
    code,
    text,
    number: new NumberFormat(kNumberTags[code] ?? tag),
    month: new MonthFormat(tag),
  };
}

/** Decimals of a column, the same for all of its cells. */
export function column_digits(table: Table, column: Column): number {
  const known = table.rows.map((row) => row.number(column.name)).filter((value) => value !== null);
  const largest = Math.max(0, ...known.map(Math.abs));
  if (column.unit === "percentage points") return 1;
  // Changes of tenths of a percent are the rule in what a policy does to incomes.
  if (column.unit === "fraction") return largest < 0.005 ? 3 : largest < 0.05 ? 2 : 1;
  if (column.unit === "log") return largest < 0.05 ? 5 : 3;
  if (column.unit === "million USD") return largest >= 1000 ? 0 : 1;
  return known.every(Number.isInteger) ? 0 : largest < 10 ? 3 : 1;
}

/**
 * A cell as the page shows it: numbers by their unit (`digits` where it leaves them open), months,
 * days and windows in words, the engine's own names translated.
 */
export function cell_text(locale: Locale, cell: Cell, unit: string, digits: number): string {
  if (cell === null || cell === "") return "–";
  if (typeof cell === "boolean") return cell ? locale.text.yes : locale.text.no;
  if (typeof cell === "string") {
    if (/^\d{4}-\d{2}-\d{2}$/.test(cell)) return locale.month.day(cell);
    if (/^\d{4}-\d{2}(\.\.\d{4}-\d{2})?$/.test(cell)) return locale.month.window(cell, "short");
    return locale.text.values[cell] ?? locale.text.number_scale[cell] ?? locale.text.cause_scale[cell] ??
      cell.replace(/\d{4}-\d{2}\.\.\d{4}-\d{2}/g, (window) => locale.month.window(window, "short"));
  }
  switch (unit) {
    case "fraction":
      return locale.number.percent(cell, digits);
    case "share":
      return locale.number.percent(cell);
    case "probability":
      return locale.number.percent(cell, 0);
    case "log":
      return locale.number.plain(cell, digits);
    case "year":
      return String(cell);
    default:
      return locale.number.plain(cell, digits);
  }
}
