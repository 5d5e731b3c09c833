/** Steps back and forth through states. Changes of one kind in quick succession are one step. */
export class History<State> {
  private past: State[] = [];
  private future: State[] = [];
  private last_kind = "";
  private last_time = -Infinity;

  /** @param limit steps kept @param pause milliseconds after which the same kind is a new step */
  constructor(private now: State, private readonly limit = 200, private readonly pause = 800) {}

  get state(): State {
    return this.now;
  }
  get can_undo(): boolean {
    return this.past.length > 0;
  }
  get can_redo(): boolean {
    return this.future.length > 0;
  }

  /** Takes a new state. `kind` names what was changed ("theta"); "" never joins the step before. */
  push(next: State, kind: string, time: number): void {
    const joins = kind !== "" && kind === this.last_kind && time - this.last_time < this.pause;
    if (!joins) {
      this.past.push(this.now);
      if (this.past.length > this.limit) this.past.shift();
    }
    this.future = [];
    this.now = next;
    this.last_kind = kind;
    this.last_time = time;
  }

  undo(): State {
    const before = this.past.pop();
    if (before !== undefined) {
      this.future.push(this.now);
      this.now = before;
    }
    this.last_kind = "";
    return this.now;
  }

  redo(): State {
    const after = this.future.pop();
    if (after !== undefined) {
      this.past.push(this.now);
      this.now = after;
    }
    this.last_kind = "";
    return this.now;
  }
}
