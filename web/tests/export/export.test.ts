// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { fill_report, inline_json } from "../../bundle/inline_json.js";
import { table_csv } from "../../src/export/csv";
import { resolve_colours, standalone_svg } from "../../src/export/picture";
import { Table } from "../../src/result/table";

describe("table_csv", () => {
  it("quotes what needs it and leaves blanks blank", () => {
    const table = new Table("t", {
      columns: [{ name: "said" }, { name: "growth" }, { name: "flag" }],
      rows: [['"nearly", 40%', 0.384, true], ["two\nlines", null, false], ["short"]],
    });
    expect(table_csv(table)).toBe('said,growth,flag\r\n"""nearly"", 40%",0.384,true\r\n"two\nlines",,false\r\nshort,,\r\n');
  });
});

describe("inline_json", () => {
  it("leaves nothing that could end or open an element, and the same value", () => {
    const value = { text: "</script><!-- \u2028\u2029 $& $1 \\u003c" };
    const text = inline_json(JSON.stringify(value));
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
  });

  it("puts the text in its place as it is", () => {
    expect(fill_report("<a>__ALTYN_RESULT__</a>", '"$& $1"')).toBe('<a>"$& $1"</a>');
  });
});

describe("pictures", () => {
  it("replaces known colours and leaves unknown ones", () => {
    expect(resolve_colours('fill="var(--ink)" stroke="var(--none)"', new Map([["--ink", "#111"]])))
      .toBe('fill="#111" stroke="var(--none)"');
  });

  it("carry their title, unit and source", () => {
    const chart = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    chart.setAttribute("width", "400");
    chart.setAttribute("height", "100");
    const text = standalone_svg(chart, { title: "Why < how", subtitle: "percent", source: "Source: customs" }, new Map([["--paper", "#fff"]]));
    const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    expect([...picture.querySelectorAll(":scope > text")].map((node) => node.textContent)).toEqual(["Why < how", "percent", "Source: customs"]);
    expect(picture.querySelector("rect")!.getAttribute("fill")).toBe("#fff");
    expect(Number(picture.getAttribute("height"))).toBeGreaterThan(150);
  });
});
