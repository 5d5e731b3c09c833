import { describe, expect, it } from "vitest";
import { english } from "../../src/language/en";
import { cell_text, column_digits, make_locale } from "../../src/language/locale";
import { russian } from "../../src/language/ru";
import { Table } from "../../src/result/table";

const locale = make_locale("en");

describe("languages", () => {
  it("have the same words, down to the last grade and subtitle", () => {
    for (const group of ["number_scale", "cause_scale", "confidence_words", "likelihood", "severity", "subtitle"] as const) {
      expect(Object.keys(russian[group])).toEqual(Object.keys(english[group]));
    }
    expect(Object.keys(russian).sort()).toEqual(Object.keys(english).sort());
  });
});

describe("cell_text", () => {
  it("follows the unit", () => {
    expect(cell_text(locale, 0.3837, "fraction", 1)).toBe("38.4%");
    expect(cell_text(locale, -0.00163, "log", 5)).toBe("−0.00163");
    expect(cell_text(locale, 2017, "year", 0)).toBe("2017");
    expect(cell_text(locale, 50341, "count", 0)).toBe("50,341");
    expect(cell_text(locale, 0.25, "probability", 3)).toBe("25%");
    expect(cell_text(locale, "2017-02", "", 0)).toBe("Feb 2017");
    expect(cell_text(locale, "2017-02..2017-07", "", 0)).toBe("Feb–Jul 2017");
    expect(cell_text(locale, "2017-10-06", "", 0)).toBe("6 October 2017");
    expect(cell_text(locale, -0.126, "share", 0)).toBe("−12.6%");
    expect(cell_text(locale, true, "bool", 0)).toBe("yes");
    expect(cell_text(locale, null, "fraction", 0)).toBe("–");
    expect(cell_text(locale, "turnover", "text", 0)).toBe("Turnover");
  });

  it("gives a column one number of decimals", () => {
    const table = new Table("t", {
      columns: [{ name: "usd", unit: "million USD" }, { name: "gap", unit: "percentage points" }, { name: "n", unit: "count" }, { name: "z", unit: "" }],
      rows: [[6182.9, -1.6, 3, 0.5], [44, 2, 4, 1]],
    });
    expect(table.columns.map((column) => column_digits(table, column))).toEqual([0, 1, 0, 3]);
  });
});
