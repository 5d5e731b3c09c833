import { describe, expect, it } from "vitest";
import { Table } from "../../src/result/table";

const table = new Table("t", {
  title: "T",
  columns: [{ name: "who", label: "Who", unit: "text" }, { name: "growth", unit: "fraction" }],
  rows: [["KAZ", 0.38], ["BLR", null]],
});

describe("Table", () => {
  it("reads cells by column name", () => {
    expect(table.rows[0]!.number("growth")).toBe(0.38);
    expect(table.rows[0]!.text("who")).toBe("KAZ");
    expect(table.columns[1]!.label).toBe("growth");
    expect(table.has("who", "growth")).toBe(true);
    expect(table.has("who", "rank")).toBe(false);
  });

  it("reads a blank, a text and an absent column as no number", () => {
    expect(table.rows[1]!.number("growth")).toBeNull();
    expect(table.rows[0]!.number("who")).toBeNull();
    expect(table.rows[0]!.number("rank")).toBeNull();
    expect(table.rows[1]!.text("growth")).toBe("");
  });

  it("is empty when the result holds nothing but its name", () => {
    expect(new Table("t", {}).rows).toEqual([]);
  });
});
