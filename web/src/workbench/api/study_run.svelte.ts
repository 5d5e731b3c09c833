import { run_study, type Content, type StudyKind } from "./calls";
import type { Trouble } from "./client";
import type { Progress, StudyAnswer } from "./types";

/** A study as it is run while the reader changes it: the last question counts, older ones are stopped. */
export class StudyRun {
  /** The last result; null before the first. */
  value: Record<string, unknown> | null = $state.raw(null);
  progress: Progress | null = $state.raw(null);
  busy = $state(false);
  trouble: Trouble | null = $state.raw(null);

  private key = "";
  private abort: AbortController | null = null;
  private rest: ReturnType<typeof setTimeout> | undefined;

  /** @param known answers what the server has ready; null where it has not */
  constructor(
    private readonly kind: StudyKind,
    private readonly judge: (error: unknown) => Trouble | null,
    private readonly known: (content: Content, signal: AbortSignal) => Promise<StudyAnswer> | null = () => null,
  ) {}

  /** Asks after a rest of `pause_ms`, so that a control on the move is followed where it stops. */
  ask(content: Content, pause_ms: number, again = false): void {
    const key = JSON.stringify(content);
    if (key === this.key && !again) return;
    this.key = key;
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
      const answer = await (this.known(content, abort.signal) ?? run_study(this.kind, content, {
        signal: abort.signal,
        progress: (progress) => {
          if (this.abort === abort) this.progress = progress;
        },
      }));
      if (this.abort !== abort) return;
      this.value = answer.value;
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
