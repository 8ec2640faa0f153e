import * as fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Evaluator, Output } from "../../../kernel/session/evaluator.ts";
import { handlers } from "../../../kernel/session/handlers/index.ts";
import { startSession, type RunningSession, type StartOptions } from "../../../kernel/session/start.ts";
import { memoryChannels } from "../../../kernel/wire/memory.ts";
import { textOf, TestClient, typesOf } from "./client.ts";
import { EchoEvaluator } from "./echo-evaluator.ts";

const INFO = {
  implementation: "echo",
  implementationVersion: "1.0.0",
  languageVersion: "7.0.2",
  banner: "Echo",
};
const open = new Set<RunningSession>();

async function start(options: Partial<StartOptions> = {}) {
  const { kernel, client: ends } = memoryChannels();
  const client = new TestClient(ends, "");
  const log: string[] = [];
  const session = await startSession({
    evaluator: new EchoEvaluator(),
    info: INFO,
    log: (level, message) => log.push(`${level}: ${message}`),
    ...options,
    channels: kernel,
  });
  open.add(session);
  await client.ready();
  return { client, session, log };
}

afterEach(async () => {
  for (const session of open) await session.close();
  open.clear();
});

/** An echo evaluator in which something is otherwise. */
function evaluatorWith(changes: Partial<Evaluator>): Evaluator {
  const echo = new EchoEvaluator();
  return Object.assign(echo, changes);
}

test("kernel_info tells what the kernel says of itself, and how clients find its language", async () => {
  const { client } = await start({
    info: { ...INFO, helpLinks: [{ text: "Help", url: "https://example.org" }] },
  });
  const { reply } = await client.request("kernel_info_request");
  expect(reply.content).toEqual({
    status: "ok",
    protocol_version: "5.5",
    implementation: "echo",
    implementation_version: "1.0.0",
    language_info: {
      name: "typescript",
      version: "7.0.2",
      mimetype: "application/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: "typescript",
      nbconvert_exporter: "script",
    },
    banner: "Echo",
    debugger: false,
    help_links: [{ text: "Help", url: "https://example.org" }],
    supported_features: ["kernel subshells"],
  });
});

test("usage_request tells which process it is, and what somebody measures of it", async () => {
  const ask = async (client: TestClient): Promise<unknown> =>
    (await client.request("usage_request", {}, { channel: "control" })).reply.content;
  const known = {
    status: "ok",
    hostname: expect.any(String),
    pid: process.pid,
    cpu_count: expect.any(Number),
  };
  expect(await ask((await start()).client)).toEqual(known);
  const { client } = await start({ usage: () => ({ kernel_memory: 7 }) });
  expect(await ask(client)).toEqual({ ...known, kernel_memory: 7 });
});

test("kernel_info is answered while the evaluator is still starting", async () => {
  const never = new Promise<never>(() => {});
  const { client } = await start({
    evaluator: evaluatorWith({ execute: () => never, complete: () => never }),
  });
  client.send("complete_request", { code: "a", cursor_pos: 1 });
  client.send("execute_request", { code: "a" });
  expect((await client.request("kernel_info_request")).reply.content["status"]).toBe("ok");
});

test("an evaluator that fails ends the cell with an error, and the next cell runs", async () => {
  const { client, log } = await start();
  const { reply, published } = await client.run("print before\nbreak");
  expect(reply.content).toMatchObject({ status: "error", ename: "Error", evalue: "the evaluator broke" });
  expect(typesOf(published)).toEqual(["execute_input", "stream", "error"]);
  expect(log.join("\n")).toContain("Cannot run a cell: Error: the evaluator broke");
  expect((await client.run("print after")).reply.content["status"]).toBe("ok");
});

test("an evaluator that breaks its promises does not stop the queue", async () => {
  const evaluator = new EchoEvaluator();
  Object.assign(evaluator, { execute: () => Promise.resolve() });
  const { client } = await start({ evaluator });
  const first = client.send("execute_request", { code: "a" });
  const second = client.send("execute_request", { code: "b" });
  expect((await client.outcome(first)).reply.content["status"]).toBe("aborted");
  expect((await client.outcome(second)).reply.content["status"]).toBe("aborted");
});

test("a failing question is an error reply", async () => {
  const { client } = await start();
  const { reply } = await client.request("is_complete_request", { code: "fault" });
  expect(reply.content).toMatchObject({ status: "error", ename: "TypeError", evalue: "the parser broke" });
});

test("an output that is no JSON is replaced by a note", async () => {
  const { client } = await start();
  const { reply, published } = await client.run("bad-display\nprint next");
  expect(reply.content["status"]).toBe("ok");
  expect(textOf(published, "stderr")).toMatch(
    /^\[A display_data could not be sent: Cannot write a value as JSON/,
  );
  expect(textOf(published)).toBe("next\n");
});

test("a page is a payload of the reply", async () => {
  const { client } = await start();
  const { reply } = await client.run("page long text");
  expect(reply.content["payload"]).toEqual([
    { source: "page", data: { "text/plain": "long text" }, start: 0 },
  ]);
});

test("the evaluator sees the metadata of the request", async () => {
  const { client } = await start();
  const { published } = await client.run("cell-id", {}, { metadata: { cellId: "c-7" } });
  expect(textOf(published)).toBe("c-7");
});

test("ten thousand lines come in few messages, all of them", async () => {
  const { client } = await start();
  const { published } = await client.run("flood 10000");
  expect(textOf(published)).toBe(Array.from({ length: 10_000 }, (_, line) => `line ${line}\n`).join(""));
  expect(published.length).toBeLessThan(20);
});

test("output is bounded, with a note, and the next cell has room of its own", async () => {
  const { client } = await start({ streamLimits: { maxBytes: 5000 } });
  const { reply, published } = await client.run("flood 10000");
  expect(reply.content["status"]).toBe("ok");
  expect(textOf(published)).toHaveLength(5000);
  expect(textOf(published, "stderr")).toContain("the rest of it is not shown");
  expect(textOf((await client.run("print a")).published)).toBe("a\n");
});

test("an error that comes late is shown in the cell that caused it", async () => {
  let output: Output | undefined;
  const evaluator = evaluatorWith({
    execute: (_execution, given) => {
      output ??= given;
      return Promise.resolve({ status: "ok" });
    },
  });
  const { client } = await start({ evaluator });
  const cell = client.send("execute_request", { code: "a" });
  await client.outcome(cell);
  await client.run("b");
  output?.error({ ename: "LateError", evalue: "from a timer", traceback: [] });
  expect((await client.show(cell, "error")).content).toMatchObject({ ename: "LateError" });
});

test("a silent cell publishes nothing late either", async () => {
  const { client } = await start({ streamLimits: { windowMs: 1 } });
  const cell = client.send("execute_request", { code: "late a", silent: true });
  await client.outcome(cell);
  await delay(100);
  expect(typesOf(client.publishedFor(cell))).toEqual([]);
});

test("prompts of cells that run side by side are asked one after the other", async () => {
  const { client } = await start({ evaluator: new EchoEvaluator({ concurrent: true }) });
  const made = await client.request("create_subshell_request", {}, { channel: "control" });
  const subshell = String(made.reply.content["subshell_id"]);
  const first = client.send("execute_request", { code: "ask first", allow_stdin: true });
  const second = client.send("execute_request", { code: "ask second", allow_stdin: true }, { subshell });
  const question = await client.prompt(first);
  expect(client.received.filter(({ header }) => header.msg_type === "input_request")).toHaveLength(1);
  client.send("input_reply", { value: "1" }, { channel: "stdin", parentHeader: question.header });
  await client.prompt(second);
  client.send("input_reply", { value: "2" }, { channel: "stdin" });
  expect(textOf((await client.outcome(first)).published)).toBe("answer: 1\n");
  expect(textOf((await client.outcome(second)).published)).toBe("answer: 2\n");
});

test("a prompt that its cell does not wait for is given up, and the next cell can ask", async () => {
  const answers: Promise<unknown>[] = [];
  const evaluator = evaluatorWith({
    execute: ({ code }, output) => {
      answers.push(output.input(code, false).catch((error: Error) => error.message));
      return code === "first"
        ? Promise.resolve({ status: "ok" })
        : Promise.resolve(answers[1]).then(() => ({ status: "ok" as const }));
    },
  });
  const { client } = await start({ evaluator });
  await client.run("first", { allow_stdin: true });
  const second = client.send("execute_request", { code: "second", allow_stdin: true });
  const question = await client.prompt(second);
  client.send("input_reply", { value: "2" }, { channel: "stdin", parentHeader: question.header });
  await client.outcome(second);
  expect(await Promise.all(answers)).toEqual(["The cell ended before the user answered.", "2"]);
});

test("a prompt of a cell that has ended fails at once", async () => {
  let output: Output | undefined;
  const evaluator = evaluatorWith({
    execute: (_execution, given) => {
      output = given;
      return Promise.resolve({ status: "ok" });
    },
  });
  const { client } = await start({ evaluator });
  await client.run("a", { allow_stdin: true });
  await expect(output?.input("late? ", false)).rejects.toMatchObject({ code: "stdin-not-supported" });
});

test("the end of input is an error of its own", async () => {
  const { client } = await start();
  const cell = client.send("execute_request", { code: "ask more", allow_stdin: true });
  await client.prompt(cell);
  client.send("input_reply", { value: "\u0004" }, { channel: "stdin" });
  expect((await client.outcome(cell)).reply.content).toMatchObject({ status: "error", ename: "EndOfInput" });
});

test("subshells run side by side when the evaluator can do that", async () => {
  const { client } = await start({ evaluator: new EchoEvaluator({ concurrent: true }) });
  const made = await client.request("create_subshell_request", {}, { channel: "control" });
  const cell = client.send("execute_request", { code: "hang" });
  await client.show(cell, "execute_input");
  const other = await client.run("print beside", {}, { subshell: String(made.reply.content["subshell_id"]) });
  expect(textOf(other.published)).toBe("beside\n");
  await client.request("interrupt_request", {}, { channel: "control" });
  await client.outcome(cell);
});

test("otherwise a subshell's cell runs as soon as the one that runs has ended, before what is queued", async () => {
  const { client } = await start();
  const made = await client.request("create_subshell_request", {}, { channel: "control" });
  const subshell = String(made.reply.content["subshell_id"]);
  const running = client.send("execute_request", { code: "pause 30" });
  const queued = client.send("execute_request", { code: "print queued" });
  const beside = client.send("execute_request", { code: "print beside" }, { subshell });
  for (const request of [running, queued, beside]) await client.outcome(request);
  const replies = client.received.flatMap(({ parentHeader }) => parentHeader["msg_id"] ?? []);
  expect(replies.slice(-3)).toEqual([running.msg_id, beside.msg_id, queued.msg_id]);
});

test("of a thousand cells that are queued, those behind the one that fails are aborted, and none is lost", async () => {
  const { client } = await start();
  const codes = Array.from({ length: 1000 }, (_, index) => (index === 500 ? "fail here" : `print ${index}`));
  const requests = codes.map((code) => client.send("execute_request", { code }));
  const last = requests.at(-1);
  if (last) await client.outcome(last);
  const statuses = client.received.slice(-1000).map(({ content }) => content["status"]);
  expect(statuses).toEqual(
    codes.map((_, index) => (index < 500 ? "ok" : index === 500 ? "error" : "aborted")),
  );
  const printed = textOf(client.published);
  expect(printed.split("\n").slice(-3)).toEqual(["498", "499", ""]);
});

test("a subshell that is deleted aborts what waits in it", async () => {
  const { client } = await start();
  const made = await client.request("create_subshell_request", {}, { channel: "control" });
  const subshell = String(made.reply.content["subshell_id"]);
  const running = client.send("execute_request", { code: "hang" });
  await client.show(running, "execute_input");
  const waiting = client.send("execute_request", { code: "print a" }, { subshell });
  await client.request("delete_subshell_request", { subshell_id: subshell }, { channel: "control" });
  expect((await client.outcome(waiting)).reply.content["status"]).toBe("aborted");
  await client.request("interrupt_request", {}, { channel: "control" });
  await client.outcome(running);
});

test("the order of a comm's messages is kept, and its handlers show things in the message's name", async () => {
  const { client } = await start();
  client.send("comm_open", { comm_id: "c", target_name: "echo", data: {} });
  const requests = Array.from({ length: 20 }, (_, n) =>
    client.send("comm_msg", { comm_id: "c", data: { n } }),
  );
  for (const request of requests) {
    expect(typesOf(await client.idle(request))).toEqual(["stream", "comm_msg"]);
  }
  const echoes = client.published.filter(
    ({ header, content }) => header.msg_type === "comm_msg" && "data" in content,
  );
  const numbers = echoes.flatMap(({ content }) => Object(content["data"])["echo"]?.n ?? []);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test("a comm whose target fails to open is closed again, and what is sent to it dropped", async () => {
  const evaluator = evaluatorWith({ commOpened: () => Promise.reject(new Error("no room")) });
  const { client, log } = await start({ evaluator });
  const request = client.send("comm_open", { comm_id: "c", target_name: "echo", data: {} });
  const message = client.send("comm_msg", { comm_id: "c", data: {} });
  expect((await client.show(request, "comm_close")).content["comm_id"]).toBe("c");
  expect(typesOf(await client.idle(message))).toEqual([]);
  expect(log.join("\n")).toContain('Cannot open comm "c" of target "echo": no room');
});

test("without comm support in the evaluator every comm is closed again", async () => {
  const evaluator = evaluatorWith({});
  Object.assign(evaluator, { commOpened: undefined });
  const { client } = await start({ evaluator });
  const request = client.send("comm_open", { comm_id: "c", target_name: "echo", data: {} });
  expect((await client.show(request, "comm_close")).content["comm_id"]).toBe("c");
});

test("whatever a well-signed request holds, it gets one reply, between busy and idle", async () => {
  const { client } = await start();
  const types = [...handlers.keys()].filter(
    (type) => type.endsWith("_request") && type !== "shutdown_request",
  );
  const field = fc.constantFrom(
    "code",
    "silent",
    "user_expressions",
    "cursor_pos",
    "hist_access_type",
    "n",
    "seq",
  );
  const contents = fc.dictionary(
    field,
    fc.oneof(fc.jsonValue(), fc.constantFrom("print a", "search", "range", 1, true)),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...types), contents, async (type, content) => {
      const request = client.send(type, content, { channel: "control" });
      const { published } = await client.outcome(request);
      const states = published.flatMap((message) => message.content["execution_state"] ?? []);
      expect(states).toEqual(["busy", "idle"]);
      expect(
        client.received.filter(({ parentHeader }) => parentHeader["msg_id"] === request.msg_id),
      ).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
});

test.each([
  [true, "restart"],
  [false, "shutdown"],
] as const)("closed tells how the client ended it (restart %j)", async (restart, how) => {
  const evaluator = new EchoEvaluator();
  const { client, session } = await start({ evaluator });
  await client.request("shutdown_request", { restart }, { channel: "control" });
  expect(await session.closed).toBe(how);
  expect(evaluator.ended).toBe(how);
});

test("a shutdown waits for the evaluator only so long, and a second one does not shut it down again", async () => {
  let calls = 0;
  const evaluator = evaluatorWith({
    shutdown() {
      calls += 1;
      return new Promise(() => {});
    },
  });
  const { client, session } = await start({ evaluator, releaseTimeoutMs: 30 });
  const first = client.send("shutdown_request", { restart: false }, { channel: "control" });
  const second = client.send("shutdown_request", { restart: false });
  for (const request of [first, second]) expect((await client.reply(request)).content["status"]).toBe("ok");
  expect(await session.closed).toBe("shutdown");
  expect(calls).toBe(1);
});

test("an evaluator that cannot shut down is told of in the log", async () => {
  const { session, log } = await start({
    evaluator: evaluatorWith({ shutdown: () => Promise.reject(new Error("stuck")) }),
  });
  await session.close();
  expect(log.join("\n")).toContain("Cannot shut the evaluator down: stuck");
});

test("interrupt() does what an interrupt_request does", async () => {
  const { client, session } = await start();
  const cell = client.send("execute_request", { code: "hang" });
  await client.show(cell, "execute_input");
  await session.interrupt();
  expect((await client.outcome(cell)).reply.content["ename"]).toBe("Interrupted");
});

test("closing gives up an open prompt", async () => {
  const { client, session } = await start();
  const cell = client.send("execute_request", { code: "ask name", allow_stdin: true });
  await client.prompt(cell);
  await session.close();
  expect((await client.show(cell, "error")).content["ename"]).toBe("Interrupted");
});

test("a signature scheme that is not known is refused before anything is bound", async () => {
  const ports = { shell: 1, iopub: 2, stdin: 3, control: 4, hb: 5 };
  const connection = {
    transport: "ipc",
    ip: "/nowhere/k",
    key: "k",
    signatureScheme: "hmac-x",
    ports,
  } as const;
  const starting = startSession({ connection, evaluator: new EchoEvaluator(), info: INFO });
  await expect(starting).rejects.toMatchObject({ code: "unknown-signature-scheme" });
});

test("an evaluator is told of the cell that waits: when the one before it begins, or when it comes", async () => {
  const told: string[] = [];
  const echo = new EchoEvaluator();
  const execute: Evaluator["execute"] = (execution, output) => {
    told.push(`run ${execution.code}`);
    return echo.execute(execution, output);
  };
  const evaluator = Object.assign(new EchoEvaluator(), {
    execute,
    foresee: (code: string) => told.push(`foresee ${code}`),
  });
  const { client } = await start({ evaluator });
  await Promise.all(
    ["pause 1", "print a", "print b"].map((code) => client.request("execute_request", { code })),
  );
  expect(told).toEqual(["run pause 1", "foresee print a", "run print a", "foresee print b", "run print b"]);
});
