import { describe, expect, it } from "vitest";
import { CommRelay } from "../../../kernel/app/comm-relay.ts";
import type { Output } from "../../../kernel/session/evaluator.ts";

function relayWith(limits: { messages: number; bytes: number }) {
  const posted: unknown[] = [];
  const printed: string[] = [];
  const relay = new CommRelay({ postMessage: (message: unknown) => void posted.push(message) }, limits);
  const output = { stream: (_: string, text: string) => void printed.push(text) } as unknown as Output;
  const hand = (id: number, sizeBytes = 0): ReturnType<CommRelay["hand"]> =>
    relay.hand(id, {
      kind: "message",
      message: { id: "c", data: {}, buffers: [new Uint8Array(sizeBytes)] },
      output,
    });
  return { relay, hand, posted, printed };
}

describe("messages of comms for a main thread that computes", () => {
  it("wait up to a number; what is more is refused, and said", () => {
    const { relay, hand, posted, printed } = relayWith({ messages: 2, bytes: 100 });
    hand(1);
    hand(2);
    const text = "Cannot take a comm message: 2 of them (0 bytes) wait for the cell that computes";
    expect(() => hand(3)).toThrow(expect.objectContaining({ code: "too-many-comm-messages", message: text }));
    expect(printed).toEqual([`${text}\n`]);
    relay.taken(1, true);
    hand(4);
    expect(posted).toHaveLength(3);
  });

  it("wait up to a size, but a single one may be of any size", () => {
    const { relay, hand } = relayWith({ messages: 10, bytes: 100 });
    hand(1, 1000);
    expect(() => hand(2, 1)).toThrow(expect.objectContaining({ code: "too-many-comm-messages" }));
    relay.taken(1, true);
    hand(3, 60);
    hand(4, 40);
    expect(() => hand(5, 1)).toThrow(expect.objectContaining({ code: "too-many-comm-messages" }));
  });

  it("are handed over in memory of their own, and settle one by one", async () => {
    const { relay, hand } = relayWith({ messages: 10, bytes: 100 });
    const [first, second] = [hand(1), hand(2)];
    relay.taken(2, false);
    relay.done(2);
    expect(await second.taken).toBe(false);
    await second.done;
    relay.taken(1, true);
    relay.done(1);
    expect(await first.taken).toBe(true);
    await first.done;
  });
});
