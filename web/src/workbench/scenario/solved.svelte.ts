import { run_study, solve } from "../api/calls";
import type { Trouble } from "../api/client";
import type { Partial, SolveAnswer } from "../api/types";
import { drawn_of } from "./tables";
import { Latest } from "../state/latest";
import type { Document } from "./document";

interface Question {
  document: Document;
  key: string;
}

/** Milliseconds of rest after which the slower parts follow: flows, intervals. */
const kRest = 220;

/**
 * A scenario as it is solved while controls move: the newest answer at once; after a rest the whole
 * trade matrix, then the intervals as draws come in.
 */
export class Solved {
  answer: SolveAnswer | null = $state.raw(null);
  /** The last answer with tables; from the first rest on with the whole trade matrix. It need not follow every movement. */
  rested: SolveAnswer | null = $state.raw(null);
  /** Intervals of the answer shown; null until the first draws have come. */
  partial: Partial | null = $state.raw(null);
  n_draws_asked = $state(0);
  drawing = $state(false);
  busy = $state(false);
  trouble: Trouble | null = $state.raw(null);

  private key = "";
  private document: Document = {};
  private rest: ReturnType<typeof setTimeout> | undefined;
  private draws: AbortController | null = null;
  private readonly latest: Latest<Question, SolveAnswer>;

  /**
   * @param n_draws behind the intervals
   * @param judge turns an error into words, null if there is nothing to say
   * @param always_tables whether tables follow every movement as well
   */
  constructor(private readonly n_draws: number, private readonly judge: (error: unknown) => Trouble | null, always_tables = false) {
    this.latest = new Latest(
      (question, signal) => solve(question.document, { tables: always_tables || !this.rested, flows: false }, signal),
      (answer, question) => this.take(answer, question),
      (error) => {
        this.trouble = this.judge(error);
        this.busy = false;
      });
  }

  /** Asks for a scenario; the same one again is not asked twice. */
  ask(document: Document, again = false): void {
    const key = JSON.stringify(document);
    if (key === this.key && !again) return;
    this.key = key;
    this.document = document;
    this.stop_draws();
    clearTimeout(this.rest);
    this.busy = true;
    this.latest.ask({ document, key });
  }

  private take(answer: SolveAnswer, question: Question): void {
    this.trouble = null;
    this.answer = answer;
    if (answer.certified && answer.result) this.rested = answer;
    this.partial = null;
    if (question.key !== this.key) return;
    this.busy = false;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => void this.complete(question), kRest);
  }

  /** Flows and intervals of a scenario that has come to rest. */
  private async complete(question: Question): Promise<void> {
    const abort = new AbortController();
    this.draws = abort;
    try {
      const answer = await solve(question.document, { tables: true, flows: true }, abort.signal);
      if (question.key !== this.key) return;
      this.answer = answer;
      this.rested = answer.certified ? answer : null;
      if (!answer.certified) return;
      this.drawing = true;
      this.n_draws_asked = this.n_draws;
      const model = { ...(question.document["model"] as object | undefined), n_draws: this.n_draws };
      const drawn = await run_study("simulate", { ...question.document, model }, {
        signal: abort.signal,
        partial: (partial) => {
          if (question.key === this.key) this.partial = partial;
        },
      });
      if (question.key === this.key) this.partial = drawn_of(drawn.value, this.n_draws);
    } catch (error) {
      const trouble = this.judge(error);
      if (trouble && question.key === this.key) this.trouble = trouble;
    } finally {
      if (this.draws === abort) {
        this.drawing = false;
        this.draws = null;
      }
    }
  }

  /** Ends the draws; the exact answer stays. */
  stop_draws(): void {
    this.draws?.abort();
    this.draws = null;
    this.drawing = false;
  }

  /** Asks again what is shown, after the server was away. */
  again(): void {
    this.ask(this.document, true);
  }
}
