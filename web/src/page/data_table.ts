import { cell_text, column_digits, type Locale } from "../language/locale";
import type { Column, Row, Table } from "../result/table";
import { element, link, text_cell } from "./dom";

const kTextUnits = ["", "text", "month", "date", "bool"];

function is_number(column: Column, table: Table): boolean {
  if (!kTextUnits.includes(column.unit)) return true;
  return table.rows.some((row) => typeof row.cell(column.name) === "number");
}

/** A table in a frame of its own that scrolls sideways by finger and by keyboard. */
export function scroll_frame(label: string, table: HTMLTableElement, tall = false): HTMLElement {
  return element("div", { class: tall ? "scroll tall" : "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

/** A table of the result. Where each row has a unit of its own, its numbers are shown in that unit. */
export function data_table(table: Table, locale: Locale): HTMLElement {
  const columns = table.columns.filter((column) => column.name !== "name" || !table.has("label"));
  const numeric = new Map(columns.map((column) => [column.name, is_number(column, table)]));
  const digits = new Map(columns.map((column) => [column.name, column_digits(table, column)]));
  const printed = (column: Column) => (["million USD", "percentage points"].includes(column.unit) ? locale.text.values[column.unit] ?? column.unit : "");
  const cell_of = (row: Row, column: Column) => {
    const cell = row.cell(column.name);
    const own_unit = ["value", "low", "high", "baseline", "target", "path"].includes(column.name) ? row.text("unit") : "";
    const whole = typeof cell === "number" && Number.isInteger(cell);
    const unit = own_unit || (column.name === "year" ? "year" : column.unit);
    const places = own_unit === "fraction" ? 1 : own_unit === "log" ? 3 : own_unit && whole ? 0 : digits.get(column.name)!;
    const text = cell_text(locale, cell, unit, places);
    return typeof cell === "string" && /^https?:/.test(cell) ? link(text.replace(/^https?:\/\/(www\.)?/, ""), text) : text;
  };
  return scroll_frame(
    table.title || table.id,
    element("table", {},
      element("thead", {}, element("tr", {}, ...columns.map((column) =>
        element("th", { scope: "col", class: numeric.get(column.name) ? "number" : "" },
          locale.text.columns[column.label] ?? column.label, printed(column) ? element("span", { class: "unit" }, ` ${printed(column)}`) : null)))),
      element("tbody", {}, ...table.rows.map((row) =>
        element("tr", { class: row.flag("is_claimed") || row.text("group") === "claimed" ? "marked" : "" },
          ...columns.map((column) =>
            numeric.get(column.name) ? element("td", { class: "number" }, cell_of(row, column)) : text_cell(cell_of(row, column))))))),
    table.rows.length > 14);
}
