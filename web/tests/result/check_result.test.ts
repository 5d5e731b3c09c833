import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { read_check_result } from "../../src/result/check_result";

describe("read_check_result", () => {
  it("reads a whole result", () => {
    const result = read_check_result(readFileSync("fixtures/check.json", "utf8"));
    expect(result.claim.threshold).toBe(0.5);
    expect(result.verdict.number.key).toBe("right_for_this_window_only");
    expect(result.lines.map((line) => line.id)).toContain("L4");
    expect(result.tables.get("placebo")!.rows).toHaveLength(29);
    expect(result.language).toBe("en");
  });

  it("fills what is absent with blanks", () => {
    const result = read_check_result('{"schema": "altyn.check/1", "lines": [{"id": "L1", "share": null}]}');
    expect(result.lines[0]!.tables).toEqual([]);
    expect(result.lines[0]!.share).toBeNull();
    expect(result.synthesis.share).toBeNull();
    expect(result.growth.growth).toBeNull();
    expect(result.tables.size).toBe(0);
    expect(result.run.command).toBe("");
  });

  it("reads a scenario into the parts of the page", () => {
    const result = read_check_result(JSON.stringify({
      schema: "altyn.scenario/1", name: "exit", title: "What if?", about: "One sector.", summary: ["A.", "B."],
      notes: ["Assumed."], certificates: [{ subject: "equilibrium", holds: true, blocks: [] }],
      tables: { real_income: { columns: [{ name: "economy" }], rows: [["KAZ"]] } },
    }));
    expect(result.claim.id).toBe("exit");
    expect(result.verdict.summary).toEqual(["A.", "B."]);
    expect(result.lines[0]!.certificates[0]!.holds).toBe(true);
    expect(result.findings.map((one) => one.sentence)).toEqual(["Assumed."]);
    expect(result.tables.get("real_income")!.rows).toHaveLength(1);
  });

  it("reads what was said in Russian over the English, and keeps the rest", () => {
    const text = readFileSync("fixtures/regions.json", "utf8");
    const [english, russian] = [read_check_result(text), read_check_result(text, "ru")];
    expect(english.title).toContain("border regions");
    expect(russian.title).toContain("приграничные");
    expect(russian.language).toBe("ru");
    expect(russian.claim.figure).toBe(0.7);
    expect(russian.tables.get("regions")!.rows).toHaveLength(english.tables.get("regions")!.rows.length);
    expect(russian.findings.length).toBe(english.findings.length);
  });

  it("reads a plan the same way", () => {
    const result = read_check_result(JSON.stringify({
      schema: "altyn.plan/1", name: "plan", title: "The plan", summary: ["behind"], notes: ["Sums."],
      tables: { goals: { columns: [{ name: "goal" }], rows: [["turnover"]] } },
    }));
    expect(result.verdict.summary).toEqual(["behind"]);
    expect(result.tables.get("goals")!.rows).toHaveLength(1);
  });

  it("refuses another kind of file", () => {
    expect(() => read_check_result('{"schema": "altyn.study/1"}')).toThrow(/altyn\.study\/1/);
    expect(() => read_check_result("__ALTYN_RESULT__")).toThrow();
  });
});
