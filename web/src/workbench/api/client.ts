/** What the server says when it cannot answer: what, where, why, and what to do about it. */
export interface Trouble {
  code: string;
  what: string;
  where: string;
  why: string;
  fixes: string[];
  /** Place of a mistake in a formula, from 1; null where it is about no character. */
  column: number | null;
}

export class ApiError extends Error {
  constructor(readonly trouble: Trouble, readonly status: number) {
    super(trouble.what);
  }
}

/** The server does not answer at all: it has stopped, or the connection is gone. */
export class ServerLost extends Error {}

export function is_abort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

type Loose = Record<string, unknown>;

/** An error body in any of its shapes; what it does not say is left empty. */
export function trouble_of(body: unknown, status: number): Trouble {
  const outer = (typeof body === "object" && body !== null ? body : {}) as Loose;
  const given = (typeof outer["error"] === "object" && outer["error"] !== null ? outer["error"] : outer) as Loose;
  const text = (...names: string[]) => {
    for (const name of names) if (typeof given[name] === "string" && given[name]) return given[name] as string;
    return "";
  };
  const texts = (name: string) => (Array.isArray(given[name]) ? given[name].filter((one) => typeof one === "string") : []);
  // Where no column is given, a mark under the line tells it.
  const mark = texts("context").find((line) => /^\s*\^/.test(line));
  const column = given["column"] ?? (mark === undefined ? null : mark.indexOf("^") + 1);
  return {
    code: text("code") || String(status),
    what: text("what", "message", "title") || (typeof outer["error"] === "string" ? outer["error"] : `${status}`),
    where: [text("where"), ...texts("context")].filter(Boolean).join("\n"),
    why: text("why"),
    fixes: texts("fixes"),
    column: typeof column === "number" ? column : null,
  };
}

async function answered(request: Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await request;
  } catch (error) {
    if (is_abort(error)) throw error;
    throw new ServerLost(error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => ({}));
  throw new ApiError(trouble_of(body, response.status), response.status);
}

function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(new DOMException("stopped", "AbortError"));
    }, { once: true });
  });
}

/** Asks; where the server's queue is full (429) asks again, a few times and ever later. */
export async function patiently<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  for (let pause = 100; ; pause *= 2) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || pause > 1600) throw error;
      await wait(pause, signal);
    }
  }
}

export async function get_json<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await patiently(() => answered(fetch(path, { ...(signal ? { signal } : {}), headers: { Accept: "application/json" } })), signal);
  return (await response.json()) as Answer;
}

function posted(path: string, body: unknown, accept: string, signal?: AbortSignal): Promise<Response> {
  return patiently(() => answered(fetch(path, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: accept },
    ...(signal ? { signal } : {}),
  })), signal);
}

export async function post_json<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  return (await (await posted(path, body, "application/json", signal)).json()) as Answer;
}

/** Sends a file as it is. */
export async function post_file<Answer>(path: string, file: Blob, signal?: AbortSignal): Promise<Answer> {
  const response = await patiently(() => answered(fetch(path, {
    method: "POST", body: file, headers: { "Content-Type": "application/octet-stream", Accept: "application/json" }, ...(signal ? { signal } : {}),
  })), signal);
  return (await response.json()) as Answer;
}

export async function post_text(path: string, body: unknown, signal?: AbortSignal): Promise<string> {
  return (await posted(path, body, "text/html", signal)).text();
}

/** One message of an event stream. */
export interface StreamEvent {
  event: string;
  data: unknown;
}

/** Cuts an event stream into messages, however its bytes are cut into pieces. */
export class EventReader {
  private rest = "";

  push(piece: string): StreamEvent[] {
    this.rest += piece;
    const blocks = this.rest.split(/\r?\n\r?\n/);
    this.rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      let event = "message";
      const data: string[] = [];
      for (const line of block.split(/\r?\n/)) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      return data.length ? [{ event, data: JSON.parse(data.join("\n")) as unknown }] : [];
    });
  }
}

/**
 * Posts and hands over each message as it arrives. An "error" message throws. Stopping `signal`
 * closes the connection, which stops the work on the server.
 */
export async function post_stream(
  path: string, body: unknown, take: (message: StreamEvent) => void, signal?: AbortSignal,
): Promise<void> {
  const response = await posted(path, body, "text/event-stream", signal);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events = new EventReader();
  for (;;) {
    let piece: ReadableStreamReadResult<string>;
    try {
      piece = await reader.read();
    } catch (error) {
      if (is_abort(error) || signal?.aborted) throw new DOMException("stopped", "AbortError");
      throw new ServerLost(error instanceof Error ? error.message : String(error));
    }
    if (piece.done) return;
    for (const message of events.push(piece.value)) {
      if (message.event === "error") throw new ApiError(trouble_of(message.data, 422), 422);
      take(message);
    }
  }
}
