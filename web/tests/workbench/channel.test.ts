import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Channel } from "../../src/workbench/api/channel";
import { ApiError } from "../../src/workbench/api/client";

/** A connection whose other end is the test. */
class Ends extends EventTarget {
  sent: string[] = [];
  closed = false;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
    this.dispatchEvent(new Event("close"));
  }
  open() {
    this.dispatchEvent(new Event("open"));
  }
  say(data: string) {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
}

let made: Ends[] = [];
const channel = () => new Channel("/api/solve", () => {
  const ends = new Ends();
  made.push(ends);
  return ends as unknown as WebSocket;
});
const turn = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  made = [];
  vi.stubGlobal("location", { origin: "http://here:1" });
});
afterEach(() => vi.unstubAllGlobals());

describe("a channel", () => {
  it("opens once and gives each question its own answer, in whatever order they come", async () => {
    const asks = channel();
    const first = asks.ask({ a: 1 });
    made[0]!.open();
    await turn();
    const second = asks.ask({ a: 2 });
    await turn();
    expect(made).toHaveLength(1);
    expect(made[0]!.sent).toEqual(['1 {"a":1}', '2 {"a":2}']);
    made[0]!.say('2 200 {"b":2}');
    made[0]!.say('1 200 {"b":1}');
    expect(await first).toEqual({ b: 1 });
    expect(await second).toEqual({ b: 2 });
  });
  it("throws what the server says in words", async () => {
    const asked = channel().ask({});
    made[0]!.open();
    await turn();
    made[0]!.say('1 422 {"error":{"code":"bad-scenario","what":"no","fixes":[]}}');
    await expect(asked).rejects.toThrow(ApiError);
  });
  it("drops a question that is stopped, and its late answer", async () => {
    const abort = new AbortController();
    const asked = channel().ask({}, abort.signal);
    made[0]!.open();
    await turn();
    abort.abort();
    await expect(asked).rejects.toThrow("stopped");
    made[0]!.say("1 200 {}");
  });
  it("asks by POST when the connection breaks or cannot be had, and does without it for a while", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response('{"by":"post"}')));
    const asks = channel();
    const broken = asks.ask({});
    made[0]!.open();
    await turn();
    made[0]!.close();
    expect(await broken).toEqual({ by: "post" });
    const refused = asks.ask({});
    made[1]!.close();
    expect(await refused).toEqual({ by: "post" });
    expect(await asks.ask({})).toEqual({ by: "post" });
    expect(made).toHaveLength(2);
  });
  it("opens another connection when it is renewed", async () => {
    const asks = channel();
    const first = asks.ask({});
    made[0]!.open();
    await turn();
    made[0]!.say("1 200 {}");
    await first;
    asks.renew();
    await turn();
    expect(made[0]!.closed).toBe(true);
    void asks.ask({});
    expect(made).toHaveLength(2);
  });
});
