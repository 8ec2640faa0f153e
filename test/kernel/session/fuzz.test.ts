import { afterEach, expect, test } from "vitest";
import type { Evaluator } from "../../../kernel/session/evaluator.ts";
import { startSession } from "../../../kernel/session/start.ts";
import { utf16Cursor } from "../../../kernel/session/cursor.ts";
import { FrameReader, writeFrames } from "../../../kernel/wire/frames.ts";
import { hasParent, HeaderWriter, type Header } from "../../../kernel/wire/header.ts";
import { memoryChannels } from "../../../kernel/wire/memory.ts";
import { createSigner } from "../../../kernel/wire/signature.ts";
import { Dice } from "../../support/mutate.ts";

const ROUNDS = 50_000;
const SEED = 20_26;

const requests: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  [
    "execute_request",
    { code: "1", silent: false, store_history: true, user_expressions: {}, stop_on_error: false },
  ],
  ["complete_request", { code: "a𝒜b", cursor_pos: 2 }],
  ["inspect_request", { code: "a𝒜b", cursor_pos: 2, detail_level: 1 }],
  ["is_complete_request", { code: "a" }],
  [
    "history_request",
    { hist_access_type: "range", session: 0, start: 1, stop: 2, n: 3, pattern: "*", unique: true },
  ],
  ["comm_info_request", { target_name: "t" }],
  ["kernel_info_request", {}],
  ["connect_request", {}],
  ["interrupt_request", {}],
  ["debug_request", { type: "request", seq: 1, command: "x" }],
  ["create_subshell_request", {}],
  ["delete_subshell_request", { subshell_id: "x" }],
  ["list_subshell_request", {}],
  ["comm_open", { comm_id: "c", target_name: "t", data: {} }],
  ["comm_msg", { comm_id: "c", data: {} }],
  ["comm_close", { comm_id: "c", data: {} }],
];
const odd: readonly unknown[] = [
  null, true, false, 0, -1, 0.5, 1e300, -0, "", "x", "\ud800", "tail", "range", "search", "\0", [], {}, [[]], { a: null },
  { length: 1e9 }, { __proto__: null }, "constructor", "__proto__", 2 ** 53, "𝒜", "*".repeat(50),
]; // prettier-ignore

const evaluator: Evaluator = {
  execute: (execution) => Promise.resolve({ status: execution.code === "x" ? "aborted" : "ok" }),
  complete: (code, cursor) =>
    Promise.resolve({ matches: ["m"], start: utf16Cursor(code, 0), end: cursor, metadata: {} }),
  inspect: () => Promise.resolve({ found: false, data: {} }),
  isComplete: () => Promise.resolve({ status: "unknown" }),
  interrupt: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

let close = (): Promise<void> => Promise.resolve();
afterEach(() => close());

test("whatever a request says, it is replied to once, between busy and idle", async () => {
  const dice = new Dice(SEED);
  const { kernel, client } = memoryChannels();
  const info = { implementation: "x", implementationVersion: "1", languageVersion: "1", banner: "" };
  const session = await startSession({ channels: kernel, evaluator, info });
  close = () => session.close();
  const signer = createSigner("");
  const reader = new FrameReader(signer);
  const headers = new HeaderWriter("fuzz", "client");
  const replies = new Map<string, number>();
  const states = new Map<string, string>();
  const count = (frames: readonly Uint8Array[]): void => {
    const decoded = reader.read(frames);
    if (!decoded.ok) throw new Error(`The kernel sent no message: ${decoded.detail}`);
    const { header, parentHeader, content } = decoded.message;
    if (!hasParent(parentHeader)) return;
    const id = parentHeader.msg_id;
    if (header.msg_type === "status")
      states.set(id, `${states.get(id) ?? ""} ${String(content["execution_state"])}`);
    if (header.msg_type.endsWith("_reply")) replies.set(id, (replies.get(id) ?? 0) + 1);
  };
  client.shell.listen(count);
  client.control.listen(count);
  client.subscribe(count);
  const sent: { id: string; isRequest: boolean; what: string }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [type, base] = dice.pick(requests);
    const content = mutate(base, dice);
    const channel = dice.below(3) === 0 ? "control" : "shell";
    const header = { ...headers.write(type), ...(dice.below(20) === 0 && { subshell_id: dice.pick(odd) }) };
    const message = { identities: [], parentHeader: {}, metadata: {}, buffers: [], content };
    client[channel].send(writeFrames({ ...message, header: header as Header }, signer));
    const controlOnly = /^(?:debug|create_subshell|delete_subshell|list_subshell)_request$/u.test(type);
    const isRequest = type.endsWith("_request") && !(controlOnly && channel === "shell");
    sent.push({ id: header.msg_id, isRequest, what: `${type} ${JSON.stringify(content)} on ${channel}` });
    if (round % 500 === 0) await new Promise((resume) => setImmediate(resume));
  }
  const isDone = (): boolean => sent.every(({ id }) => states.get(id)?.endsWith("idle") === true);
  for (let wait = 0; wait < 3000 && !isDone(); wait += 1)
    await new Promise((resume) => setTimeout(resume, 20));
  const faults = sent.filter(
    ({ id, isRequest }) => states.get(id) !== " busy idle" || (replies.get(id) ?? 0) !== (isRequest ? 1 : 0),
  );
  expect(faults.map(({ id, what }) => `${what}: ${states.get(id)}, ${replies.get(id)} replies`)).toEqual([]);
}, 120_000);

function mutate(base: Readonly<Record<string, unknown>>, dice: Dice): Record<string, unknown> {
  const content = { ...base };
  for (let times = dice.below(3); times > 0; times -= 1) {
    const name = dice.pick([...Object.keys(base), "code", "data", "unknown"]);
    if (dice.below(4) === 0) delete content[name];
    else content[name] = dice.pick(odd);
  }
  return content;
}
