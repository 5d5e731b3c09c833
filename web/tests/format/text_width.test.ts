import { describe, expect, it } from "vitest";
import { text_width, wrap_text } from "../../src/format/text_width";

describe("wrap_text", () => {
  it("keeps every word and no line wider than asked", () => {
    const text = "Growth common to partners outside the union in the same six months";
    const lines = wrap_text(text, 160, 13);
    expect(lines.join(" ")).toBe(text);
    for (const line of lines) expect(text_width(line, 13)).toBeLessThanOrEqual(160);
    expect(lines.length).toBeGreaterThan(2);
  });

  it("leaves a word that is too long whole", () => {
    expect(wrap_text("Gnutzmann-Mkrtchyan", 20, 13)).toEqual(["Gnutzmann-Mkrtchyan"]);
    expect(wrap_text("", 20, 13)).toEqual([]);
  });
});
