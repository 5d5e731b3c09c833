import type { TradeChoice } from "../state/state";
import { Channel } from "./channel";
import { get_json, post_file, post_json, post_stream, post_text } from "./client";
import type { Catalogue, Partial, Progress, Series, SolveAnswer, StudyAnswer, TablePage, Upload, World } from "./types";

export type Content = Record<string, unknown>;
export type StudyKind = "check" | "article" | "estimate" | "simulate" | "regions" | "data_check";

export const get_catalogue = (signal?: AbortSignal) => get_json<Catalogue>("/api/catalogue", signal);
export const get_first = (signal?: AbortSignal) => get_json<StudyAnswer>("/api/first", signal);
export const get_health = (signal?: AbortSignal) => get_json<{ version: string }>("/api/health", signal);
export const get_series = (first: string, second: string, signal?: AbortSignal) =>
  get_json<Series>(`/api/series?pair=${encodeURIComponent(`${first}:${second}`)}`, signal);
export const get_columns = (table: string, signal?: AbortSignal) =>
  get_json<TablePage>(`/api/tables/${encodeURIComponent(table)}?rows=0`, signal);

/** The world of a table of trade; year 0 is the table's last. */
export function get_world({ table, year, inputs, elasticities }: TradeChoice, signal?: AbortSignal): Promise<World> {
  const query = new URLSearchParams({ trade: table });
  if (year) query.set("year", String(year));
  if (inputs) query.set("inputs", inputs);
  if (elasticities) query.set("elasticities", elasticities);
  return get_json<World>(`/api/world?${query}`, signal);
}
/** Tables that this session brought. */
export const get_uploads = (signal?: AbortSignal) =>
  get_json<{ uploaded: Upload[] }>("/api/tables", signal).then((answer) => answer.uploaded);

const solves = new Channel("/api/solve");
export const put_table = async (name: string, file: Blob, signal?: AbortSignal) => {
  const upload = await post_file<Upload>(`/api/tables?name=${encodeURIComponent(name)}`, file, signal);
  solves.renew();  // who a channel speaks for was told when it was opened
  return upload;
};

/** @param parts besides the vectors: tables of the result, matrices of trade */
export const solve = (content: Content, parts: { tables: boolean; flows: boolean }, signal?: AbortSignal) =>
  solves.ask<SolveAnswer>({ content, ...parts }, signal);

export const write_toml = (content: Content, signal?: AbortSignal) =>
  post_json<{ toml: string }>("/api/toml/write", { content }, signal).then((answer) => answer.toml);
export const read_toml = (toml: string, signal?: AbortSignal) =>
  post_json<{ content: Content }>("/api/toml/read", { toml }, signal).then((answer) => answer.content);

/** What the engine says in English, text by text, in another language. */
export const get_translated = (language: string, texts: string[]) =>
  post_json<{ texts: string[] }>("/api/translate", { language, texts }).then((answer) => answer.texts);

/** The page of a study, as `altyn ... --output` writes it. */
export const report_of = (kind: StudyKind, content: Content, signal?: AbortSignal) =>
  post_text("/api/report", { kind, content }, signal);

export interface Following {
  progress?: (progress: Progress) => void;
  partial?: (partial: Partial) => void;
  signal?: AbortSignal;
}

/** Runs a study; what happens on the way goes to `following`. */
export async function run_study(kind: StudyKind, content: Content, following: Following = {}): Promise<StudyAnswer> {
  let answer: StudyAnswer | null = null;
  await post_stream(`/api/${kind}`, { content }, ({ event, data }) => {
    if (event === "progress") following.progress?.(data as Progress);
    else if (event === "partial") following.partial?.(data as Partial);
    else if (event === "result") answer = data as StudyAnswer;
  }, following.signal);
  if (!answer) throw new Error("the server ended without an answer");
  return answer;
}
