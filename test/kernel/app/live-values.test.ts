import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveValues } from "../../../kernel/app/live-values.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What comes of a question, and when at the latest if nobody answers. */
async function askUnanswered(isRunning: boolean): Promise<number> {
  const begun = Date.now();
  const live = new LiveValues({ post: () => undefined, isRunning: () => isRunning });
  const answer = live.describe(["loose"]);
  await vi.runAllTimersAsync();
  expect(await answer).toBeUndefined();
  return Date.now() - begun;
}

it("a main thread that runs a cell is given up soon, and one that has nothing to do is waited for", async () => {
  expect(await askUnanswered(true)).toBeLessThanOrEqual(100);
  expect(await askUnanswered(false)).toBeGreaterThanOrEqual(1000);
});

it("an answer is taken for its question alone, and leaves no timer behind", async () => {
  const asked: number[] = [];
  const live = new LiveValues({
    post: (message) => void ("request" in message && asked.push(Number(message.request))),
    isRunning: () => false,
  });
  const [first, second] = [live.members(["a"]), live.members(["b"])];
  const members = [{ name: "rows", kind: "value" }] as never;
  live.answer(asked[1] ?? 0, { type: "members", members });
  expect(await second).toEqual(members);
  live.answer(asked[0] ?? 0, { type: "members", members: [] });
  expect(await first).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
