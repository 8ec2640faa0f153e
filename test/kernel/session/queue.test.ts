import { expect, test } from "vitest";
import { ExecuteQueue, type Job } from "../../../kernel/session/queue.ts";

interface Told {
  readonly queue: ExecuteQueue;
  /** Sends a cell, and gives what became of it. */
  readonly send: (sent: Job["sent"], options?: { fails: boolean }) => Promise<"ran" | "aborted">;
}

function newQueue(): Told {
  const queue = new ExecuteQueue(() => Promise.resolve(() => undefined));
  const send: Told["send"] = (sent, { fails } = { fails: false }) =>
    new Promise((resolve) => {
      queue.add({
        arrivedMs: performance.now(),
        sent,
        run: () => Promise.resolve({ stop: fails, tell: () => resolve("ran") }),
        foresee: () => undefined,
        abort: () => resolve("aborted"),
      });
    });
  return { queue, send };
}

test("what was sent with a cell that failed is aborted, also when it arrives after that was told", async () => {
  const { send } = newQueue();
  expect(await send({ session: "a", atMs: 1000 }, { fails: true })).toBe("ran");
  expect(await send({ session: "a", atMs: 1000 })).toBe("aborted");
  expect(await send({ session: "a", atMs: 1019 })).toBe("aborted");
});

test.each([
  ["was sent later", { session: "a", atMs: 1020 }],
  ["was sent before, by a clock that was set since", { session: "a", atMs: 999 }],
  ["another client sent", { session: "b", atMs: 1001 }],
  ["does not say when it was sent", { session: "a", atMs: Number.NaN }],
])("what %s runs after a cell that failed", async (_, sent) => {
  const { queue, send } = newQueue();
  await send({ session: "a", atMs: 1000 }, { fails: true });
  await queue.drained();
  expect(await send(sent)).toBe("ran");
});
