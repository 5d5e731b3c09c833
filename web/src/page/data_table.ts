import { cell_text, type Locale } from "../language/locale";
import type { Column, Table } from "../result/table";
import { element, link } from "./dom";

const kTextUnits = ["", "text", "month", "date", "bool"];

function is_number(column: Column, table: Table): boolean {
  if (!kTextUnits.includes(column.unit)) return true;
  return table.rows.some((row) => typeof row.cell(column.name) === "number");
}

/** A table in a frame of its own that scrolls sideways by finger and by keyboard. */
export function scroll_frame(label: string, table: HTMLTableElement, tall = false): HTMLElement {
  return element("div", { class: tall ? "scroll tall" : "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

/** A table of the result, in the columns named (all by default). */
export function data_table(table: Table, locale: Locale, only?: string[]): HTMLElement {
  const columns = only ? table.columns.filter((column) => only.includes(column.name)) : table.columns;
  const numeric = new Map(columns.map((column) => [column.name, is_number(column, table)]));
  const unit = (column: Column) => (column.unit === "million USD" || column.unit === "percentage points" ? column.unit : "");
  return scroll_frame(
    table.title || table.id,
    element("table", {},
      element("thead", {}, element("tr", {}, ...columns.map((column) =>
        element("th", { scope: "col", class: numeric.get(column.name) ? "number" : "" },
          column.label, unit(column) ? element("span", { class: "unit" }, ` ${unit(column)}`) : null)))),
      element("tbody", {}, ...table.rows.map((row) =>
        element("tr", { class: row.flag("is_claimed") || row.text("group") === "claimed" ? "marked" : "" },
          ...columns.map((column) => {
            const cell = row.cell(column.name);
            const text = cell_text(locale, cell, column);
            const address = typeof cell === "string" && /^https?:/.test(cell);
            return element("td", { class: numeric.get(column.name) ? "number" : "" },
              address ? link(text.replace(/^https?:\/\/(www\.)?/, ""), text) : text);
          }))))),
    table.rows.length > 14);
}
