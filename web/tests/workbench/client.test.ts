import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, EventReader, ServerLost, get_json, is_abort, post_json, post_stream, trouble_of } from "../../src/workbench/api/client";

afterEach(() => vi.unstubAllGlobals());
const answer = (body: string, status = 200, kind = "application/json") => new Response(body, { status, headers: { "Content-Type": kind } });

describe("an event stream", () => {
  it("is read alike however its bytes are cut", () => {
    const text = 'event: progress\ndata: {"step":"a\\n\\nb"}\n\n: still here\n\nevent: result\r\ndata: {"x":\r\ndata: 1}\r\n\r\n';
    const whole = new EventReader().push(text);
    expect(whole).toEqual([{ event: "progress", data: { step: "a\n\nb" } }, { event: "result", data: { x: 1 } }]);
    for (const size of [1, 2, 3, 7, 20]) {
      const reader = new EventReader();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...reader.push(text.slice(at, at + size)));
      expect(found).toEqual(whole);
    }
  });

  it("throws the error it carries", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(answer('event: error\ndata: {"error":{"code":"no-pairs","what":"no","fixes":["do"]}}\n\n')));
    await expect(post_stream("/api/simulate", {}, () => undefined)).rejects.toMatchObject({ trouble: { code: "no-pairs", fixes: ["do"] } });
  });
});

describe("a request", () => {
  it("that is refused says what, where, why and how to mend it", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(answer(
      '{"error":{"code":"no-such-column","what":"no column","where":"formula","context":["a ~ b","    ^"],"why":"because","fixes":["write c"],"column":5}}', 422)));
    const error = await post_json("/api/estimate", {}).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).trouble).toEqual({
      code: "no-such-column", what: "no column", where: "formula\na ~ b\n    ^", why: "because", fixes: ["write c"], column: 5 });
  });

  it("is made again while the server's queue is full", async () => {
    let asked = 0;
    vi.stubGlobal("fetch", () => Promise.resolve((asked += 1) < 3 ? answer("{}", 429) : answer('{"ok":1}')));
    expect(await get_json("/api/health")).toEqual({ ok: 1 });
    expect(asked).toBe(3);
  });

  it("tells a lost server from a reader who stopped it", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(get_json("/api/health")).rejects.toBeInstanceOf(ServerLost);
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("stopped", "AbortError")));
    expect(is_abort(await get_json("/api/health").catch((one: unknown) => one))).toBe(true);
  });

  it("finds the character of a mistake by the mark under the line", () => {
    expect(trouble_of({ error: { code: "c", what: "w", context: ["trade ~ x", "        ^"] } }, 422).column).toBe(9);
  });

  it("makes the best of an error in no known form", () => {
    expect(trouble_of("<html>", 500).what).toBe("500");
    expect(trouble_of({ error: "busy" }, 503)).toMatchObject({ what: "busy", fixes: [], column: null });
  });
});
