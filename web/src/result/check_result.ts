import { MonthFormat } from "../format/month";
import { typeset, typeset_all } from "../format/typeset";
import { Table, type RawTable } from "./table";

/** A 5% / 50% / 95% interval. */
export interface Interval {
  low: number | null;
  mid: number | null;
  high: number | null;
}

export interface Claim {
  id: string;
  in_our_words: string;
  speaker: string;
  speaker_role: string;
  date: string;
  outlet: string;
  address: string;
  reporter: string;
  partner: string;
  reporter_name: string;
  partner_name: string;
  measure: string;
  window: string;
  versus: string;
  figure: number | null;
  hedge: string;
  agreement: string;
  agreement_name: string;
  strength: string;
  threshold: number;
  /** How far "about" reaches either side, as a part of the figure. */
  rounding: number | null;
}

export interface Judgement {
  key: string;
  label: string;
  sentence: string;
  rule: string;
  likelihood?: string;
  probability?: number | null;
}

export interface Verdict {
  number: Judgement;
  cause: Judgement;
  confidence: { key: string; reasons: string[] };
  summary: string[];
  speaks_for: string[];
  speaks_against: string[];
  would_change: string[];
}

export interface CertificateBlock {
  name: string;
  residual: number;
  tolerance: number;
  measure: string;
  worst: string;
}

export interface Certificate {
  subject: string;
  status: string;
  holds: boolean;
  blocks: CertificateBlock[];
  positive: boolean;
  closure: string;
  numeraire: string;
  iterations: number;
}

export interface EvidenceLine {
  id: string;
  title: string;
  question: string;
  available: boolean;
  missing: string;
  is_main: boolean;
  bound: string;
  share: Interval | null;
  probability_at_threshold: number | null;
  finding: string;
  limits: string;
  data: string;
  period: string;
  controls: string;
  seed: number | null;
  certificates: Certificate[];
  tables: string[];
}

export interface LedgerEntry {
  stage: string;
  reason: string;
  rows: number;
  examples: string[];
}

export interface Ledger {
  title: string;
  rows_read: number;
  dropped: LedgerEntry[];
  /** Rows that were kept but changed or worth a word. */
  notes: LedgerEntry[];
  rows_used: number;
}

export interface Finding {
  severity: string;
  check: string;
  sentence: string;
  where: string;
}

export interface Source {
  file: string;
  provider: string;
  licence: string;
  sha256: string;
  what: string;
}

export interface Run {
  version: string;
  command: string;
  seed: number | null;
  n_draws: number | null;
  inputs: { path: string; sha256: string }[];
  options: Record<string, unknown>;
}

/** The result of a claim check as docs/check-result.md fixes it, or another answer, with its tables opened. */
export interface CheckResult {
  schema: string;
  language: string;
  title: string;
  claim: Claim;
  verdict: Verdict;
  growth: { growth: number | null; log_growth: number | null; base_musd: number | null; value_musd: number | null };
  lines: EvidenceLine[];
  synthesis: { share: Interval | null; probability_at_threshold: number | null; sentence: string };
  tables: Map<string, Table>;
  ledgers: Ledger[];
  findings: Finding[];
  sources: Source[];
  methods: { id: string; title: string; text: string }[];
  run: Run;
}

const kClaim: Claim = {
  id: "", in_our_words: "", speaker: "", speaker_role: "", date: "", outlet: "", address: "",
  reporter: "", partner: "", reporter_name: "", partner_name: "", measure: "", window: "", versus: "",
  figure: null, hedge: "", agreement: "", agreement_name: "", strength: "", threshold: 0.5,
  rounding: null,
};
const kJudgement: Judgement = { key: "", label: "", sentence: "", rule: "" };
const kLine: EvidenceLine = {
  id: "", title: "", question: "", available: true, missing: "", is_main: false, bound: "", share: null,
  probability_at_threshold: null, finding: "", limits: "", data: "", period: "", controls: "", seed: null,
  certificates: [], tables: [],
};
const kLedger: Ledger = { title: "", rows_read: 0, dropped: [], notes: [], rows_used: 0 };
const kEntry: LedgerEntry = { stage: "", reason: "", rows: 0, examples: [] };
const kCertificate: Certificate = {
  subject: "", status: "", holds: false, blocks: [], positive: false, closure: "", numeraire: "", iterations: 0,
};

type Loose = Record<string, unknown>;

function over<T extends object>(blank: T, given: unknown): T {
  const result = { ...blank };
  for (const [key, value] of Object.entries((given ?? {}) as Loose)) {
    if (value !== undefined && value !== null) (result as Loose)[key] = value;
  }
  return result;
}

function each<T extends object>(blank: T, given: unknown): T[] {
  return Array.isArray(given) ? given.map((one) => over(blank, one)) : [];
}

/** The texts of an object in print, but for the fields named. */
function printed<T extends object>(value: T, month: MonthFormat, ...but: (keyof T)[]): T {
  const result = typeset_all(value, month);
  for (const field of but) result[field] = value[field];
  return result;
}

/** What the engine said in Russian over what it said in English, where it did. */
function in_russian(raw: Loose): Loose {
  const said = raw["russian"] as Loose | undefined;
  if (!said) return raw;
  const english = raw["tables"] as Record<string, Loose>;
  const tables = Object.entries((said["tables"] ?? {}) as Record<string, Loose>)
    .map(([id, table]) => [id, { ...english[id], ...table }]);
  const lines = ((raw["lines"] ?? []) as Loose[]).map((line, place) => ({ ...line, ...(said["lines"] as Loose[] | undefined)?.[place] }));
  return {
    ...raw, ...said, lines, language: "ru",
    claim: { ...(raw["claim"] as Loose), ...(said["claim"] as Loose) },
    tables: { ...english, ...(Object.fromEntries(tables) as Loose) },
  };
}

/** Results that are no check, in the parts that the page has: docs/simulate.md, docs/monitor.md, docs/regions-share.md. */
function answer_parts(raw: Loose): Loose {
  return {
    ...raw,
    claim: { ...(raw["claim"] as Loose | undefined), id: raw["name"] },
    verdict: { summary: raw["summary"] },
    lines: [{ id: "S", title: raw["title"], finding: raw["about"], certificates: raw["certificates"] }],
    findings: ((raw["notes"] ?? []) as string[]).map((sentence) => ({ sentence })),
  };
}

const kAnswers = ["altyn.scenario/", "altyn.plan/", "altyn.regions/"];

/**
 * Reads the JSON form, its sentences set in print and in the language asked for where it has both. A part that is absent becomes empty, so that the
 * page leaves its section out; text that is no check result throws an Error whose message can be shown.
 */
export function read_check_result(text: string, wanted = "en"): CheckResult {
  return check_result_of(JSON.parse(text) as Record<string, unknown>, wanted);
}

/** The same from JSON that was parsed already. */
export function check_result_of(given: Record<string, unknown>, wanted = "en"): CheckResult {
  const schema = String(given["schema"] ?? "");
  const is_answer = kAnswers.some((kind) => schema.startsWith(kind));
  if (!is_answer && !schema.startsWith("altyn.check/")) throw new Error(`schema is "${schema}", expected altyn.check/1`);
  const worded = wanted === "ru" ? in_russian(given) : given;
  const raw = is_answer ? answer_parts(worded) : worded;
  const language = String(raw["language"] ?? "en");
  const month = new MonthFormat(language === "ru" ? "ru-RU" : language === "kk" ? "kk-KZ" : "en-GB");
  const verdict = (raw["verdict"] ?? {}) as Loose;
  const tables = new Map<string, Table>();
  for (const [id, table] of Object.entries((raw["tables"] ?? {}) as Record<string, RawTable>)) {
    tables.set(id, new Table(id, {
      ...table, title: typeset(table.title ?? "", month), note: typeset(table.note ?? "", month),
    }));
  }
  const claim = over(kClaim, raw["claim"]);
  return {
    schema,
    language,
    title: typeset(String(raw["title"] ?? ""), month),
    claim: { ...claim, in_our_words: typeset(claim.in_our_words, month) },
    verdict: typeset_all({
      number: over(kJudgement, verdict["number"]),
      cause: over(kJudgement, verdict["cause"]),
      confidence: over({ key: "", reasons: [] as string[] }, verdict["confidence"]),
      summary: (verdict["summary"] ?? []) as string[],
      speaks_for: (verdict["speaks_for"] ?? []) as string[],
      speaks_against: (verdict["speaks_against"] ?? []) as string[],
      would_change: (verdict["would_change"] ?? []) as string[],
    }, month),
    growth: over<CheckResult["growth"]>(
      { growth: null, log_growth: null, base_musd: null, value_musd: null }, raw["growth"]),
    lines: each(kLine, raw["lines"]).map((line) => ({
      ...printed(line, month, "certificates", "tables", "id"),
      certificates: each(kCertificate, line.certificates),
    })),
    synthesis: typeset_all(over<CheckResult["synthesis"]>(
      { share: null, probability_at_threshold: null, sentence: "" }, raw["synthesis"]), month),
    tables,
    ledgers: each(kLedger, raw["ledgers"]).map((ledger) => ({
      ...ledger,
      dropped: each(kEntry, ledger.dropped),
      notes: each(kEntry, ledger.notes),
    })),
    findings: each({ severity: "note", check: "", sentence: "", where: "" }, raw["findings"])
      .map((finding) => printed(finding, month, "where")),
    sources: each({ file: "", provider: "", licence: "", sha256: "", what: "" }, raw["sources"]),
    methods: typeset_all(each({ id: "", title: "", text: "" }, raw["methods"]), month),
    run: over<Run>(
      { version: "", command: "", seed: null, n_draws: null, inputs: [], options: {} }, raw["run"]),
  };
}
