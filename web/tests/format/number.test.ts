import { describe, expect, it } from "vitest";
import { NumberFormat } from "../../src/format/number";

const english = new NumberFormat("en-GB");
const russian = new NumberFormat("ru-RU");

describe("NumberFormat", () => {
  it("prints percents, money and logs in one style each", () => {
    expect(english.percent(0.3837)).toBe("38.4%");
    expect(english.plain(6182.9)).toBe("6,183");
    expect(english.log(0.2509)).toBe("0.251");
  });

  it("uses a true minus sign and never prints minus nought", () => {
    expect(english.percent(-0.014, 1, true)).toBe("−1.4%");
    expect(english.percent(-0.0001, 0)).toBe("0%");
    expect(english.percent(0.0001, 0, true)).toBe("0%");
    expect(english.plain(-18)).toBe("−18");
  });

  it("prints a dash for what is not known", () => {
    expect(english.percent(null)).toBe("–");
    expect(english.plain(Number.NaN)).toBe("–");
    expect(english.residual(null)).toBe("–");
  });

  it("prints residuals in powers of ten", () => {
    expect(english.residual(2.2e-13)).toBe("2.2e−13");
    expect(english.residual(0)).toBe("0");
  });

  it("words an interval with what is known of it", () => {
    expect(english.interval(0.245, 0.26, 0.307, "to")).toBe("26% (25% to 31%)");
    expect(english.interval(0.245, null, 0.307, "to")).toBe("25% to 31%");
    expect(english.interval(null, 0.26, null, "to")).toBe("26%");
    expect(english.interval(null, null, 0.3, "to")).toBe("… to 30%");
    expect(english.interval(null, null, null, "to")).toBe("–");
  });

  it("follows the language", () => {
    expect(russian.percent(0.3837).replace(/\s/, " ")).toBe("38,4 %");
    expect(russian.plain(6182.9).replace(/\s/, " ")).toBe("6 183");
  });
});
