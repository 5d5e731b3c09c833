import { Table } from "../../result/table";
import type { LanguageCode } from "../../language/locale";

/** Puts a text of the engine, which is English, in the language of the page. */
export type Say = (text: string) => string;

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
    const texts = [...this.waiting].slice(0, 400);
    for (const text of texts) this.known.set(text, text);
    this.waiting = new Set();
    try {
      const answers = await this.ask(this.language, texts);
      texts.forEach((text, place) => this.known.set(text, this.rename(answers[place] ?? text)));
      this.told();
    } catch {
      // English stays; a lost server is told elsewhere.
    }
  }
}

/** Every text in plain data. */
export function said_all<T>(value: T, say: Say): T {
  if (typeof value === "string") return say(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => said_all(one, say)) as T;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, said_all(one as unknown, say)])) as T;
}

/** A table with its words said; its codes and numbers stay. */
export function said_table(table: Table, say: Say): Table {
  return new Table(table.id, {
    title: say(table.title), note: say(table.note), columns: table.columns,
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
