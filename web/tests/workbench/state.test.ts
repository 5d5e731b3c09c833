import { describe, expect, it, vi } from "vitest";
import { History } from "../../src/workbench/state/history";
import { Latest } from "../../src/workbench/state/latest";

describe("undo and redo", () => {
  it("go back and forth, and a new change ends the way forward", () => {
    const history = new History(0);
    expect(history.can_undo).toBe(false);
    history.push(1, "", 0);
    history.push(2, "", 0);
    expect(history.undo()).toBe(1);
    expect(history.undo()).toBe(0);
    expect(history.undo()).toBe(0);
    expect(history.redo()).toBe(1);
    history.push(5, "", 0);
    expect(history.can_redo).toBe(false);
    expect(history.undo()).toBe(1);
  });

  it("take a dragged slider as one step, two drags as two", () => {
    const history = new History(0);
    for (let step = 1; step <= 10; step += 1) history.push(step, "theta", step * 16);
    history.push(11, "theta", 5000);
    expect(history.undo()).toBe(10);
    expect(history.undo()).toBe(0);
  });

  it("do not join different controls, nor a change after undo to the one before", () => {
    const history = new History("a");
    history.push("b", "theta", 0);
    history.push("c", "tariff", 1);
    expect(history.undo()).toBe("b");
    history.push("d", "tariff", 2);
    expect(history.undo()).toBe("b");
  });

  it("keep no more than their limit", () => {
    const history = new History(0, 3);
    for (let step = 1; step <= 10; step += 1) history.push(step, "", 0);
    for (let step = 0; step < 10; step += 1) history.undo();
    expect(history.state).toBe(7);
  });
});

function desk() {
  const open: { question: string; done: (answer: string) => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const taken: string[] = [];
  const failed: string[] = [];
  const latest = new Latest<string, string>(
    (question, signal) => new Promise((done, fail) => {
      open.push({ question, done, fail, signal });
      signal.addEventListener("abort", () => fail(new Error("stopped")));
    }),
    (answer) => taken.push(answer), (error) => failed.push(String(error)), 1000);
  return { open, taken, failed, latest };
}
const settled = () => new Promise((done) => setTimeout(done, 0));

describe("the newest question", () => {
  it("is asked at once when nothing is under way", () => {
    const { open, latest } = desk();
    latest.ask("a");
    expect(open.map((one) => one.question)).toEqual(["a"]);
    expect(latest.busy).toBe(true);
  });

  it("waits alone: of those that come while one is under way only the last is asked", async () => {
    const { open, taken, latest } = desk();
    for (const question of ["a", "b", "c", "d"]) latest.ask(question);
    expect(open).toHaveLength(1);
    open[0]!.done("A");
    await settled();
    expect(taken).toEqual(["A"]);
    expect(open.map((one) => one.question)).toEqual(["a", "d"]);
    open[1]!.done("D");
    await settled();
    expect(taken).toEqual(["A", "D"]);
    expect(latest.busy).toBe(false);
  });

  it("goes on after an error", async () => {
    const { open, failed, taken, latest } = desk();
    latest.ask("a");
    latest.ask("b");
    open[0]!.fail(new Error("no"));
    await settled();
    open[1]!.done("B");
    await settled();
    expect(failed).toEqual(["Error: no"]);
    expect(taken).toEqual(["B"]);
  });

  it("stops one that takes too long, without showing it as an error", async () => {
    vi.useFakeTimers();
    const { open, failed, latest } = desk();
    latest.ask("a");
    latest.ask("b");
    await vi.advanceTimersByTimeAsync(1100);
    expect(open[0]!.signal.aborted).toBe(true);
    expect(open.map((one) => one.question)).toEqual(["a", "b"]);
    expect(failed).toEqual([]);
    vi.useRealTimers();
  });

  it("shows nothing once it is cancelled", async () => {
    const { open, taken, failed, latest } = desk();
    latest.ask("a");
    latest.ask("b");
    latest.cancel();
    open[0]!.done("A");
    await settled();
    expect(taken).toEqual([]);
    expect(failed).toEqual([]);
    expect(open).toHaveLength(1);
  });
});
