import { Table } from "../../result/table";
import type { LanguageCode } from "../../language/locale";

/** Puts a text of the engine, which is English, in the language of the page. */
export type Say = (text: string) => string;

/** As many as the server takes at once. */
const kMostTexts = 400;

type Ask = (language: LanguageCode, texts: string[]) => Promise<string[]>;

/**
 * What the engine said, in the page's language: the server knows its sentences in Russian and Kazakh.
 * A text that is not known yet is shown in English and asked for, with all others of the moment.
 */
export class Translation {
  private readonly known = new Map<string, string>();
  private waiting = new Set<string>();

  /** @param told is called when more is known @param rename what the answer leaves in English: names in Kazakh */
  constructor(private readonly language: LanguageCode, private readonly ask: Ask, private readonly told: () => void,
              private readonly rename: (text: string) => string) {}

  readonly say: Say = (text) => {
    if (this.language === "en" || !/[a-z]{2}/i.test(text)) return text;
    const found = this.known.get(text);
    if (found !== undefined) return found;
    if (!this.waiting.size) setTimeout(() => void this.fetch(), 0);
    this.waiting.add(text);
    return text;
  };

  private async fetch(): Promise<void> {
    const texts = [...this.waiting];
    for (const text of texts) this.known.set(text, text);
    this.waiting = new Set();
    try {
      const parts = Array.from({ length: Math.ceil(texts.length / kMostTexts) }, (_, part) => texts.slice(part * kMostTexts, (part + 1) * kMostTexts));
      const answers = (await Promise.all(parts.map((part) => this.ask(this.language, part)))).flat();
      texts.forEach((text, place) => {
        const answer = answers[place] ?? text;
        const named = this.rename(answer);
        // The words of a source stay whole; a mere name is no such words.
        this.known.set(text, answer === text && /[a-z]{2}/.test(named) ? text : named);
      });
      this.told();
    } catch {
      // English stays; a lost server is told elsewhere.
    }
  }
}

/** Every text in plain data, but for the fields named. */
export function said_all<T>(value: T, say: Say, ...but: string[]): T {
  if (typeof value === "string") return say(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => said_all(one, say, ...but)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, but.includes(key) ? one : said_all(one as unknown, say, ...but)])) as T;
}

type Loose = Record<string, unknown>;

/** A claim's check in Kazakh: what the engine wrote and what the claim's file has. Keys, which charts know, have neither capitals nor spaces. */
export function check_in_kazakh(raw: Loose, say: Say): Loose {
  const words: Say = (text) => (/[A-Z ]/.test(text) && /[a-z]{2}/.test(text) ? say(text) : text);
  const { verdict, lines, synthesis, tables, findings, methods, sources } = raw;
  const claim = raw["claim"] as Record<string, string>;
  const { strength = "", reporter_name = "", partner_name = "", agreement_name = "" } = claim;
  return {
    ...raw, ...said_all({ verdict, lines, synthesis, tables, findings, methods, sources }, words, "unit", "likelihood"),
    language: "kk", title: claim["title_kk"] || say(String(raw["title"])),
    claim: {
      ...claim, ...said_all({ strength, reporter_name, partner_name, agreement_name }, say),
      in_our_words: claim["in_our_words_kk"] || claim["in_our_words"],
    },
  };
}

/** A table with its words said; its codes and numbers stay, and the labels that the page has words for. */
export function said_table(table: Table, say: Say, labels = true): Table {
  return new Table(table.id, {
    title: say(table.title), note: say(table.note), columns: labels ? table.columns.map((column) => ({ ...column, label: say(column.label) })) : table.columns,
    rows: table.rows.map((row) => row.cells.map((cell) => (typeof cell === "string" ? say(cell) : cell))),
  });
}

/** Replaces whole names in a text, the longest first. */
export function renamer(names: [string, string][]): (text: string) => string {
  const to = new Map(names.filter(([from, name]) => from && from !== name));
  if (!to.size) return (text) => text;
  const all = [...to.keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}])(?:${all.join("|")})(?![\\p{L}])`, "gu");
  return (text) => text.replace(pattern, (name) => to.get(name)!);
}
