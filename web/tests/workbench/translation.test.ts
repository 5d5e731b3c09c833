import { describe, expect, it, vi } from "vitest";
import { Table } from "../../src/result/table";
import { Translation, check_in_kazakh, renamer, said_all, said_table } from "../../src/workbench/words/translation";

const upper = (text: string) => text.toUpperCase();

describe("what the engine says", () => {
  it("is asked for once, all texts of a moment together, and English until then", async () => {
    const ask = vi.fn(async (_: string, texts: string[]) => texts.map(upper));
    const told = vi.fn();
    const { say } = new Translation("ru", ask, told, (text) => text);
    expect([say("domestic trade"), say("a tariff"), say("domestic trade"), say("12.5"), say("")]).toEqual(["domestic trade", "a tariff", "domestic trade", "12.5", ""]);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    expect(ask.mock.calls).toEqual([["ru", ["domestic trade", "a tariff"]]]);
    expect(say("a tariff")).toBe("A TARIFF");
  });

  it("is asked for in parts that the server takes, and told once", async () => {
    const ask = vi.fn(async (_: string, texts: string[]) => texts.map(upper));
    const told = vi.fn();
    const { say } = new Translation("kk", ask, told, (text) => text);
    const texts = Array.from({ length: 801 }, (_, place) => `text ${place}`);
    texts.forEach(say);
    await vi.waitFor(() => expect(told).toHaveBeenCalledTimes(1));
    expect(ask.mock.calls.map(([, part]) => part.length)).toEqual([400, 400, 1]);
    expect(texts.map(say)).toEqual(texts.map(upper));
  });

  it("stays English where the server cannot be asked, without asking again and again", async () => {
    const ask = vi.fn(() => Promise.reject(new Error("gone")));
    const { say } = new Translation("kk", ask, () => undefined, (text) => text);
    say("a tariff");
    await vi.waitFor(() => expect(ask).toHaveBeenCalled());
    await Promise.resolve();
    expect(say("a tariff")).toBe("a tariff");
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("names economies in what has a form, not in the words of a source", async () => {
    const ask = vi.fn(async (_: string, texts: string[]) => texts.map((text) => (text.startsWith("without") ? "мынасыз: Chad" : text)));
    const told = vi.fn();
    const { say } = new Translation("kk", ask, told, renamer([["Chad", "Чад"]]));
    const texts = ["without Chad", "Chad", "Chad Today"];
    texts.forEach(say);
    await vi.waitFor(() => expect(told).toHaveBeenCalled());
    expect(texts.map(say)).toEqual(["мынасыз: Чад", "Чад", "Chad Today"]);
  });

  it("is nothing to ask in English", () => {
    const ask = vi.fn(async () => []);
    expect(new Translation("en", ask, () => undefined, (text) => text).say("a tariff")).toBe("a tariff");
    expect(ask).not.toHaveBeenCalled();
  });

  it("is found in tables and plain data, numbers and names of columns stay", () => {
    const table = new Table("t", { title: "one", columns: [{ name: "name", label: "Name" }], rows: [["two"], [3]] });
    const said = said_table(table, upper);
    expect([said.title, said.columns[0]!.name, said_table(table, upper, false).columns[0]!.label, said.columns[0]!.label, said.rows[0]!.text("name"), said.rows[1]!.number("name")]).toEqual(["ONE", "name", "Name", "NAME", "TWO", 3]);
    expect(said_all({ a: ["x", 1, null], b: { c: "y" } }, upper)).toEqual({ a: ["X", 1, null], b: { c: "Y" } });
  });

  it("is found in a check, and what charts look up, codes and the words of the claim's file stay", () => {
    const said = check_in_kazakh({
      schema: "altyn.check/1", title: "Did it?", run: { command: "altyn check" },
      claim: { title_kk: "", in_our_words: "It did", in_our_words_kk: "Солай", strength: "fully", reporter_name: "Russia", reporter: "RUS" },
      verdict: { cause: { key: "wrong", label: "Wrong", likelihood: "very likely" } },
      tables: { t: { title: "A title", columns: [{ name: "side", label: "Side", unit: "million USD" }], rows: [["claimed", "Key results", "KAZ", 2]] } },
    }, upper);
    expect(said).toMatchObject({
      schema: "altyn.check/1", language: "kk", title: "DID IT?", run: { command: "altyn check" },
      claim: { in_our_words: "Солай", strength: "FULLY", reporter_name: "RUSSIA", reporter: "RUS" },
      verdict: { cause: { key: "wrong", label: "WRONG", likelihood: "very likely" } },
      tables: { t: { title: "A TITLE", columns: [{ name: "side", label: "SIDE", unit: "million USD" }], rows: [["claimed", "KEY RESULTS", "KAZ", 2]] } },
    });
  });

  it("names economies whole, the longest first", () => {
    const rename = renamer([["Niger", "Нигер"], ["Nigeria", "Нигерия"], ["Chad", "Chad"], ["Guinea (Equatorial)", "Г"]]);
    expect(rename("Niger, Nigeria, Nigerian, Chad, Guinea (Equatorial)")).toBe("Нигер, Нигерия, Nigerian, Chad, Guinea (Equatorial)".replace("Guinea (Equatorial)", "Г"));
    expect(renamer([])("Niger")).toBe("Niger");
  });
});
