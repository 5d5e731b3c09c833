import { MonthFormat } from "../format/month";
import { NumberFormat } from "../format/number";
import type { Cell, Column } from "../result/table";
import { english, type Strings } from "./en";
import { russian } from "./ru";

export type LanguageCode = "en" | "ru";

/** The words and the number style of one language. */
export interface Locale {
  code: LanguageCode;
  text: Strings;
  number: NumberFormat;
  month: MonthFormat;
}

export function make_locale(code: LanguageCode): Locale {
  const tag = code === "ru" ? "ru-RU" : "en-GB";
  return {
    code,
    text: code === "ru" ? russian : english,
    number: new NumberFormat(tag),
    month: new MonthFormat(tag),
  };
}

/** A cell of a table as the page shows it, by the unit of its column. */
export function cell_text(locale: Locale, cell: Cell, column: Column): string {
  if (cell === null || cell === "") return "–";
  if (typeof cell === "boolean") return cell ? locale.text.yes : locale.text.no;
  if (typeof cell === "string") {
    return column.unit === "month" ? locale.month.month(cell, "short")
      : column.unit === "date" ? locale.month.day(cell)
      : locale.text.values[cell] ?? cell;
  }
  switch (column.unit) {
    case "fraction":
      return locale.number.percent(cell);
    case "probability":
      return locale.number.percent(cell, 0);
    case "log":
      return locale.number.log(cell);
    case "year":
      return String(cell);
    case "count":
    case "rank":
    case "months":
      return locale.number.plain(cell);
    default:
      return Number.isInteger(cell) ? locale.number.plain(cell) : locale.number.plain(cell, Math.abs(cell) < 10 ? 3 : 1);
  }
}
