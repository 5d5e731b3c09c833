import { describe, expect, it } from "vitest";
import { month_date, MonthFormat } from "../../src/format/month";

const english = new MonthFormat("en-GB");
const russian = new MonthFormat("ru-RU");
const kazakh = new MonthFormat("kk-KZ");

describe("MonthFormat", () => {
  it("names months and days", () => {
    expect(english.month("2017-02")).toBe("February 2017");
    expect(english.month("2017-09", "short")).toMatch(/^Sept? 2017$/);
    expect(english.day("2017-10-06")).toBe("6 October 2017");
    expect(russian.month("2017-02")).toBe("февраль 2017");
    expect(russian.day("2017-10-06")).toBe("6 октября 2017");
  });

  it("names a window by its two ends", () => {
    expect(english.window("2017-02..2017-07")).toBe("February–July 2017");
    expect(english.window("2016-11..2017-02")).toBe("November 2016–February 2017");
    expect(english.window("2017-03..2017-03")).toBe("March 2017");
    expect(english.window("2017-01..2017-12")).toBe("2017");
    expect(kazakh.window("2017-02..2017-07")).toBe("2017 ақпан–шілде");
    expect(kazakh.window("2016-11..2017-02")).toBe("2016 қараша–2017 ақпан");
  });

  it("leaves anything else as it is", () => {
    expect(english.month("n.d.")).toBe("n.d.");
    expect(english.window("2017-13..2018-01")).toBe("2017-13..2018-01");
    expect(english.day("2019-11")).toBe("November 2019");
    expect(english.day("2007")).toBe("2007");
    expect(month_date("2017-00")).toBeNull();
  });
});
