import { get_first, run_study, type Content } from "../api/calls";
import type { Trouble } from "../api/client";
import type { Progress } from "../api/types";
import { check_result_of, type CheckResult } from "../../result/check_result";

/** A claim as it is checked while the reader changes it: the last question counts, older ones are stopped. */
export class CheckRun {
  result: CheckResult | null = $state.raw(null);
  /** The result as it came, for its download. */
  raw = "";
  progress: Progress | null = $state.raw(null);
  busy = $state(false);
  trouble: Trouble | null = $state.raw(null);

  /** The content shown, or being asked for. */
  content: Content = {};
  private key = "";
  private abort: AbortController | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly judge: (error: unknown) => Trouble | null) {}

  /** Asks after a rest of `pause_ms`, so that a window on the move is checked where it stops. */
  ask(content: Content, pause_ms: number, again = false): void {
    const key = JSON.stringify(content);
    if (key === this.key && !again) return;
    this.key = key;
    this.content = content;
    this.stop();
    this.busy = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => void this.run(content), pause_ms);
  }

  private async run(content: Content): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.progress = null;
    try {
      // The flagship was checked when the server started.
      const first = JSON.stringify(content) === JSON.stringify({ claim: "lavrov-2017" });
      const answer = first ? await get_first(abort.signal) : await run_study("check", content, {
        signal: abort.signal,
        progress: (progress) => {
          if (this.abort === abort) this.progress = progress;
        },
      });
      if (this.abort !== abort) return;
      this.raw = JSON.stringify(answer.value, null, 1);
      this.result = check_result_of(answer.value);
      this.trouble = null;
    } catch (error) {
      if (this.abort === abort) this.trouble = this.judge(error);
    } finally {
      if (this.abort === abort) {
        this.abort = null;
        this.busy = false;
        this.progress = null;
      }
    }
  }

  /** Stops what is under way; the last result stays. */
  stop(): void {
    clearTimeout(this.rest);
    this.abort?.abort();
    this.abort = null;
    this.busy = false;
    this.progress = null;
  }

  /** Stops at the reader's wish: the same question may be asked again. */
  cancel(): void {
    this.stop();
    this.key = "";
  }
}
