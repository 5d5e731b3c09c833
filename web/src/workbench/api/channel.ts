import { ApiError, patiently, post_json, trouble_of } from "./client";

interface Waiting {
  take: (status: number, body: string) => void;
  lose: () => void;
}

/** Milliseconds for which POST serves after a channel could not be opened. */
const kWithout = 30_000;

class Broken extends Error {}

/** One connection and the questions on their way over it. */
interface Line {
  socket: WebSocket;
  waiting: Map<number, Waiting>;
}

/**
 * Questions to one address over a WebSocket that stays open: no request has to be made anew at every
 * movement of a slider. Where none can be had, each question is a POST.
 */
export class Channel {
  private line: Promise<Line> | null = null;
  private last = 0;
  private without_until = 0;

  constructor(private readonly path: string, private readonly make = (address: string) => new WebSocket(address)) {}

  /** The next question opens another connection. */
  renew(): void {
    this.line?.then(({ socket }) => socket.close(), () => undefined);
    this.line = null;
  }

  async ask<Answer>(body: unknown, signal?: AbortSignal): Promise<Answer> {
    if (performance.now() >= this.without_until) {
      try {
        return await patiently(() => this.once<Answer>(body, signal), signal);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
      }
    }
    return post_json<Answer>(this.path, body, signal);
  }

  private async once<Answer>(body: unknown, signal?: AbortSignal): Promise<Answer> {
    const { socket, waiting } = await (this.line ??= this.open());
    signal?.throwIfAborted();
    const number = (this.last += 1);
    return new Promise<Answer>((done, fail) => {
      const settle = (end: () => void) => {
        waiting.delete(number);
        signal?.removeEventListener("abort", stop);
        end();
      };
      const stop = () => settle(() => fail(new DOMException("stopped", "AbortError")));
      signal?.addEventListener("abort", stop);
      waiting.set(number, {
        take: (status, text) => settle(() => {
          try {
            const answer = JSON.parse(text) as Answer;
            if (status < 400) done(answer);
            else fail(new ApiError(trouble_of(answer, status), status));
          } catch (error) {
            fail(error);
          }
        }),
        lose: () => settle(() => fail(new Broken())),
      });
      socket.send(`${number} ${JSON.stringify(body)}`);
    });
  }

  private open(): Promise<Line> {
    const line: Promise<Line> = new Promise((done, fail) => {
      const socket = this.make(`${location.origin.replace(/^http/, "ws")}${this.path}`);
      const waiting = new Map<number, Waiting>();
      let opened = false;
      socket.addEventListener("open", () => {
        opened = true;
        done({ socket, waiting });
      });
      socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
        const after_number = data.indexOf(" ");
        const after_status = data.indexOf(" ", after_number + 1);
        waiting.get(Number(data.slice(0, after_number)))
          ?.take(Number(data.slice(after_number + 1, after_status)), data.slice(after_status + 1));
      });
      socket.addEventListener("close", () => {
        if (this.line === line) this.line = null;
        if (!opened) this.without_until = performance.now() + kWithout;
        fail(new Broken());
        for (const one of [...waiting.values()]) one.lose();
      });
    });
    return line;
  }
}
