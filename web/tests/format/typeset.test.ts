import { describe, expect, it } from "vitest";
import { MonthFormat } from "../../src/format/month";
import { typeset, typeset_all } from "../../src/format/typeset";

const month = new MonthFormat("en-GB");

describe("typeset", () => {
  it("sets minus signs, and leaves hyphens and ranges", () => {
    expect(typeset("from -27.8% (90% interval -5.1% to +60%)", month)).toBe("from −27.8% (90% interval −5.1% to +60%)");
    expect(typeset("a six-month window of 2016-17, L1-L4", month)).toBe("a six-month window of 2016-17, L1-L4");
  });

  it("writes months, days and windows in words", () => {
    expect(typeset("quoted on 2007-06-22, before 2010-01.", month)).toBe("quoted on 22 June 2007, before January 2010.");
    expect(typeset("(2017-02..2017-07)", month)).toBe("(February–July 2017)");
  });

  it("leaves paths, names and codes", () => {
    for (const text of ["cases/2017-02.csv", "lavrov-2017", "table-2017-02", "exporter^year 10-1", "8900-15"]) {
      expect(typeset(text, month)).toBe(text);
    }
  });

  it("curls quotes and apostrophes", () => {
    expect(typeset('explains "to a large extent" the exporters\' and Russia\'s trade', month))
      .toBe("explains “to a large extent” the exporters’ and Russia’s trade");
  });

  it("reaches every text of a value and nothing else", () => {
    expect(typeset_all({ a: ["-1%", 2, null], b: { c: true } }, month)).toEqual({ a: ["−1%", 2, null], b: { c: true } });
  });
});
