/**
 * Runs one question at a time and always ends with the newest: while one is under way, of those
 * that arrive only the last waits. An answer under way is let finish, because it shows the way while
 * a slider moves, unless it takes longer than `patience_ms`; then it is stopped for the newer one.
 */
export class Latest<Question, Answer> {
  private waiting: { question: Question } | null = null;
  private running: { abort: AbortController; started: number } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly run: (question: Question, signal: AbortSignal) => Promise<Answer>,
    private readonly take: (answer: Answer, question: Question) => void,
    private readonly fail: (error: unknown, question: Question) => void,
    private readonly patience_ms = 1000,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  get busy(): boolean {
    return this.running !== null;
  }

  ask(question: Question): void {
    if (!this.running) {
      this.start(question);
      return;
    }
    this.waiting = { question };
    const left = this.running.started + this.patience_ms - this.clock();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.running?.abort.abort(), Math.max(0, left));
  }

  /** Stops what is under way and forgets what waits. */
  cancel(): void {
    this.waiting = null;
    clearTimeout(this.timer);
    this.running?.abort.abort();
    this.running = null;
  }

  private start(question: Question): void {
    const flight = { abort: new AbortController(), started: this.clock() };
    this.running = flight;
    clearTimeout(this.timer);
    const settle = (deliver: () => void) => {
      if (this.running !== flight) return;
      this.running = null;
      clearTimeout(this.timer);
      const next = this.waiting;
      this.waiting = null;
      if (next) this.start(next.question);
      if (!flight.abort.signal.aborted) deliver();
    };
    this.run(question, flight.abort.signal).then(
      (answer) => settle(() => this.take(answer, question)),
      (error: unknown) => settle(() => this.fail(error, question)));
  }
}
