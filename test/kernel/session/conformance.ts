import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrived, writeFrames } from "../../../kernel/wire/frames.ts";
import { hasParent, type Header } from "../../../kernel/wire/header.ts";
import { textOf, typesOf, type TestClient } from "./client.ts";

/** Code of a language that makes a kernel do what the suite looks at. */
export interface Samples {
  readonly stdout: { readonly code: string; readonly text: string };
  readonly stderr: { readonly code: string; readonly text: string };
  readonly result: { readonly code: string; readonly text: string };
  /** Prints to stdout, then to stderr, then displays, then prints to stdout again. */
  readonly mixture: string;
  /** Displays something that can be updated, and updates it. */
  readonly update: string;
  readonly clearWait: string;
  readonly error: { readonly code: string; readonly ename: string };
  /** Runs until it is interrupted. */
  readonly endless: string;
  /** Awaits what never comes, until it is interrupted. */
  readonly pending: string;
  /** Asks "name? " and prints what was answered. */
  readonly ask: string;
  readonly askSecret: string;
  /** Prints "late" some time after it has ended. */
  readonly late: string;
  readonly expressions: { readonly good: string; readonly bad: string };
  /** Code before whose end stands a word to complete; an astral character stands before it. */
  readonly completion: { readonly code: string; readonly match: string; readonly start: number };
  readonly inspection: { readonly code: string; readonly nothing: string };
  readonly complete: string;
  readonly incomplete: string;
  readonly invalid: string;
  /** Opens a comm to the client and sends it a message with a buffer. */
  readonly openComm: { readonly code: string; readonly target: string };
  /** Registers a comm target of this name, which sends back what it gets as `{echo: data}`, with its buffers. */
  readonly registerTarget: { readonly code: string; readonly target: string };
  /** Whether the kernel has a debugger. */
  readonly hasDebugger: boolean;
}

/** A kernel to examine. */
export interface Subject {
  readonly client: TestClient;
  /** Ends it, unless the client did. */
  close(): Promise<void>;
}

/**
 * Examines a kernel message by message, as jupyter_client's docs/messaging.rst has it. The cases share one kernel; the last
 * ones end kernels of their own.
 */
export function examineKernel(name: string, start: () => Promise<Subject>, samples: Samples): void {
  describe(`The kernel: ${name}`, () => {
    let client: TestClient;
    let subject: Subject;
    beforeAll(async () => {
      subject = await start();
      ({ client } = subject);
    });
    afterAll(() => subject.close());

    const given = { client: () => client, samples };
    examineInfo(given);
    examineExecution(given);
    examineOutput(given);
    examineStopOnError(given);
    examineQuestions(given);
    examineHistory(given);
    examineComms(given);
    examineStdin(given);
    examineBusyKernel(given);
    examineSubshells(given);
    examineFaults(given);
    examineAll(given);
    examineShutdown(start, samples);
  });
}

interface Given {
  readonly client: () => TestClient;
  readonly samples: Samples;
}

function examineInfo({ client, samples }: Given): void {
  describe("kernel_info", () => {
    test.each(["shell", "control"] as const)("is answered on %s", async (channel) => {
      const { reply, published } = await client().request("kernel_info_request", {}, { channel });
      expect(reply.header.msg_type).toBe("kernel_info_reply");
      expect(reply.content).toMatchObject({
        status: "ok",
        protocol_version: "5.5",
        language_info: { name: "typescript", file_extension: ".ts", nbconvert_exporter: "script" },
        supported_features: ["kernel subshells", ...(samples.hasDebugger ? ["debugger"] : [])],
      });
      expect(published.map(({ content }) => content)).toEqual([
        { execution_state: "busy" },
        { execution_state: "idle" },
      ]);
    });

    test("has headers with unique ids, one session, a date and the protocol's version", async () => {
      const { reply, published } = await client().request("kernel_info_request");
      const headers = [reply, ...published].map(({ header }) => header);
      expect(new Set(headers.map(({ msg_id }) => msg_id)).size).toBe(headers.length);
      expect(new Set(headers.map(({ session }) => session)).size).toBe(1);
      for (const { date, version } of headers) {
        expect(date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/u);
        expect(version).toBe("5.5");
      }
    });

    test("says all that the protocol asks for", async () => {
      const { reply } = await client().request("kernel_info_request");
      const text: unknown = expect.stringMatching(/./u);
      expect(reply.content).toEqual({
        status: "ok",
        protocol_version: text,
        implementation: text,
        implementation_version: expect.stringMatching(/^\d+\.\d+\.\d+/u),
        language_info: {
          name: text,
          version: text,
          mimetype: text,
          file_extension: text,
          pygments_lexer: text,
          codemirror_mode: text,
          nbconvert_exporter: text,
        },
        banner: text,
        debugger: samples.hasDebugger,
        help_links: expect.any(Array),
        supported_features: ["kernel subshells", ...(samples.hasDebugger ? ["debugger"] : [])],
      });
      for (const link of [reply.content["help_links"]].flat()) expect(link).toEqual({ text, url: text });
    });

    test.each(["5.0", "5.1", "5.2", "5.3", "5.4"])(
      "is answered to a client of messaging %s",
      async (version) => {
        const message = client().compose("kernel_info_request");
        const { date: _, ...older } = message.header;
        const header = { ...(version === "5.0" ? older : message.header), version } as Header;
        client().sendFrames("shell", writeFrames({ ...message, header }, client().signer));
        expect((await client().reply(header)).content["status"]).toBe("ok");
        // Fields that came later are left out.
        const content = {
          code: samples.result.code,
          silent: false,
          store_history: true,
          user_expressions: {},
        };
        const cell = client().compose("execute_request", content);
        client().sendFrames(
          "shell",
          writeFrames({ ...cell, header: { ...cell.header, version } }, client().signer),
        );
        expect((await client().reply(cell.header)).content["status"]).toBe("ok");
      },
    );

    test("gives the whole header of the request back as the parent header", async () => {
      const message = client().compose("kernel_info_request");
      const header = { ...message.header, extra: { nested: ["kept"] } };
      client().sendFrames("shell", writeFrames({ ...message, header }, client().signer));
      expect((await client().reply(header)).parentHeader).toEqual(header);
    });
  });

  test("a subscriber is welcomed (JEP 65)", async () => {
    const welcome = await client().until(() =>
      client().published.find(({ header }) => header.msg_type === "iopub_welcome"),
    );
    expect(welcome.content).toEqual({ subscription: "" });
    expect(welcome.parentHeader).toEqual({});
  });

  test("connect_request is answered", async () => {
    const { reply } = await client().request("connect_request");
    expect(reply.content).toMatchObject({ status: "ok" });
  });

  test("debug_request is answered in the words of the Debug Adapter Protocol", async () => {
    const content = { type: "request", seq: 7, command: "debugInfo", arguments: {} };
    const { reply } = await client().request("debug_request", content, { channel: "control" });
    expect(reply.header.msg_type).toBe("debug_reply");
    const base = { type: "response", request_seq: 7, command: "debugInfo" };
    const body = { isStarted: false, hashMethod: "Murmur2", breakpoints: [], stoppedThreads: [] };
    expect(reply.content).toMatchObject(
      samples.hasDebugger
        ? { ...base, success: true, body }
        : { ...base, success: false, message: expect.stringContaining("no debugger") },
    );
  });
}

function examineExecution({ client, samples }: Given): void {
  describe("execute", () => {
    test("publishes busy, the input, streams, the result and idle, in this order", async () => {
      const code = `${samples.stdout.code}\n${samples.result.code}`;
      const { reply, published } = await client().run(code);
      expect(reply.content).toMatchObject({ status: "ok", user_expressions: {}, payload: [] });
      expect(published.map(({ header }) => header.msg_type)).toEqual([
        "status",
        "execute_input",
        "stream",
        "execute_result",
        "status",
      ]);
      const count = reply.content["execution_count"];
      expect(published[1]?.content).toEqual({ code, execution_count: count });
      expect(published[2]?.content).toEqual({ name: "stdout", text: samples.stdout.text });
      expect(published[3]?.content).toMatchObject({
        execution_count: count,
        data: { "text/plain": samples.result.text },
        metadata: {},
      });
    });

    test("counts cells one by one", async () => {
      const first = await client().run(samples.result.code);
      const second = await client().run(samples.result.code);
      expect(second.reply.content["execution_count"]).toBe(
        Number(first.reply.content["execution_count"]) + 1,
      );
    });

    test("tells when it began, for clients that show how long a cell took", async () => {
      const { reply } = await client().run(samples.result.code);
      expect(Number.isNaN(Date.parse(String(reply.metadata["started"])))).toBe(false);
    });

    test("publishes nothing when silent, and does not count", async () => {
      const before = await client().run(samples.result.code);
      const code = `${samples.stdout.code}\n${samples.result.code}`;
      const { reply, published } = await client().run(code, { silent: true, store_history: true });
      expect(typesOf(published)).toEqual([]);
      expect(published).toHaveLength(2);
      expect(reply.content["execution_count"]).toBe(before.reply.content["execution_count"]);
    });

    test("tells the current count for empty silent code", async () => {
      const before = await client().run(samples.result.code);
      const { reply } = await client().run("", { silent: true });
      expect(reply.content["execution_count"]).toBe(before.reply.content["execution_count"]);
    });

    test("shows but does not count without store_history", async () => {
      const before = await client().run(samples.result.code);
      const { reply, published } = await client().run(samples.result.code, { store_history: false });
      expect(typesOf(published)).toEqual(["execute_input", "execute_result"]);
      expect(reply.content["execution_count"]).toBe(before.reply.content["execution_count"]);
    });

    test("publishes an error and replies with the same", async () => {
      const { reply, published } = await client().run(samples.error.code);
      expect(typesOf(published)).toEqual(["execute_input", "error"]);
      const error = published.find(({ header }) => header.msg_type === "error");
      expect(error?.content["ename"]).toBe(samples.error.ename);
      expect(Object.keys(error?.content ?? {}).sort()).toEqual(["ename", "evalue", "traceback"]);
      expect(reply.content).toMatchObject({ status: "error", ...error?.content });
      expect(reply.content["execution_count"]).toBeTypeOf("number");
    });

    test("does not publish the error of a silent request, and replies with it", async () => {
      const { reply, published } = await client().run(samples.error.code, { silent: true });
      expect(typesOf(published)).toEqual([]);
      expect(reply.content).toMatchObject({ status: "error", ename: samples.error.ename });
    });

    test("evaluates user_expressions, each with an outcome of its own", async () => {
      const { good, bad } = samples.expressions;
      const { reply } = await client().run(samples.stdout.code, { user_expressions: { good, bad } });
      expect(reply.content).toMatchObject({
        status: "ok",
        user_expressions: {
          good: { status: "ok", data: { "text/plain": expect.any(String) }, metadata: {} },
          bad: {
            status: "error",
            ename: expect.any(String),
            evalue: expect.any(String),
            traceback: expect.any(Array),
          },
        },
      });
    });

    test("evaluates user_expressions of silent code too, and none after an error", async () => {
      const user_expressions = { good: samples.expressions.good };
      const silent = await client().run("", { silent: true, user_expressions });
      expect(silent.reply.content).toHaveProperty(["user_expressions", "good", "status"], "ok");
      const failed = await client().run(samples.error.code, { user_expressions });
      expect(failed.reply.content).not.toHaveProperty("user_expressions");
    });
  });
}

function examineOutput({ client, samples }: Given): void {
  describe("output", () => {
    test("goes to stderr when the code says so", async () => {
      const { published } = await client().run(samples.stderr.code);
      expect(textOf(published, "stderr")).toContain(samples.stderr.text);
    });

    test("keeps its order between the streams and displays", async () => {
      const { published } = await client().run(samples.mixture);
      expect(typesOf(published)).toEqual(["execute_input", "stream", "stream", "display_data", "stream"]);
      expect(published.map(({ content }) => content["name"]).filter(Boolean)).toEqual([
        "stdout",
        "stderr",
        "stdout",
      ]);
    });

    test("can be updated under its display id", async () => {
      const { published } = await client().run(samples.update);
      expect(typesOf(published)).toEqual(["execute_input", "display_data", "update_display_data"]);
      const [, , shown, updated] = published.map(({ content }) => content);
      expect(shown).toMatchObject({ transient: { display_id: expect.any(String) } });
      expect(updated?.["transient"]).toEqual(shown?.["transient"]);
    });

    test("can be cleared", async () => {
      const { published } = await client().run(samples.clearWait);
      const clear = published.find(({ header }) => header.msg_type === "clear_output");
      expect(clear?.content).toEqual({ wait: true });
    });

    test("that comes after its cell ended still has that cell as its parent", async () => {
      const cell = client().send("execute_request", { code: samples.late });
      await client().outcome(cell);
      const other = await client().run(samples.stdout.code);
      await client().until(() => (textOf(client().publishedFor(cell)).includes("late") ? true : undefined));
      expect(textOf(other.published)).not.toContain("late");
    });
  });
}

function examineStopOnError({ client, samples }: Given): void {
  describe("stop_on_error", () => {
    test("aborts what was queued, and nothing that is sent later", async () => {
      const failing = client().send("execute_request", { code: samples.error.code });
      const queued = [samples.stdout.code, samples.result.code].map((code) =>
        client().send("execute_request", { code }),
      );
      expect((await client().outcome(failing)).reply.content["status"]).toBe("error");
      for (const request of queued) {
        const { reply, published } = await client().outcome(request);
        expect(reply.content).toEqual({ status: "aborted" });
        expect(published.map(({ content }) => content["execution_state"])).toEqual(["busy", "idle"]);
      }
      expect((await client().run(samples.result.code)).reply.content["status"]).toBe("ok");
    });

    test("when false lets the queue go on", async () => {
      const failing = client().send("execute_request", { code: samples.error.code, stop_on_error: false });
      const queued = client().send("execute_request", { code: samples.result.code });
      expect((await client().outcome(failing)).reply.content["status"]).toBe("error");
      expect((await client().outcome(queued)).reply.content["status"]).toBe("ok");
    });

    test("leaves requests other than to execute alone", async () => {
      const failing = client().send("execute_request", { code: samples.error.code });
      const info = client().send("kernel_info_request");
      await client().outcome(failing);
      expect((await client().outcome(info)).reply.content["status"]).toBe("ok");
    });
  });
}

function examineQuestions({ client, samples }: Given): void {
  test("complete answers positions in code points, also in the metadata", async () => {
    const { code, match, start } = samples.completion;
    const cursor_pos = Array.from(code).length;
    const { reply } = await client().request("complete_request", { code, cursor_pos });
    expect(reply.content).toMatchObject({ status: "ok", cursor_start: start, cursor_end: cursor_pos });
    expect(reply.content["matches"]).toContain(match);
    const types: unknown = Object(reply.content["metadata"])["_jupyter_types_experimental"];
    expect(types).toContainEqual(expect.objectContaining({ text: match, start, end: cursor_pos }));
  });

  test("inspect answers a MIME bundle, or that nothing was found", async () => {
    const { code, nothing } = samples.inspection;
    const found = await client().request("inspect_request", {
      code,
      cursor_pos: code.length,
      detail_level: 0,
    });
    expect(found.reply.content).toMatchObject({ status: "ok", found: true, metadata: {} });
    expect(found.reply.content["data"]).toHaveProperty(["text/plain"]);
    const inDetail = { code, cursor_pos: code.length, detail_level: 1 };
    const detailed = await client().request("inspect_request", inDetail);
    expect(detailed.reply.content).toMatchObject({ status: "ok", found: true });
    const missed = await client().request("inspect_request", { code: nothing, cursor_pos: nothing.length });
    expect(missed.reply.content).toEqual({ status: "ok", found: false, data: {}, metadata: {} });
  });

  test.each(["complete", "incomplete", "invalid"] as const)(
    "is_complete knows what is %s",
    async (status) => {
      const { reply } = await client().request("is_complete_request", { code: samples[status] });
      expect(reply.content["status"]).toBe(status);
      expect(typeof reply.content["indent"]).toBe(status === "incomplete" ? "string" : "undefined");
    },
  );
}

function examineHistory({ client, samples }: Given): void {
  describe("history", () => {
    test("gives the last cells, with their results when wanted", async () => {
      const { reply } = await client().run(samples.result.code);
      const count = reply.content["execution_count"];
      const tail = { hist_access_type: "tail", n: 1, raw: true, output: false };
      const plain = await client().request("history_request", tail);
      expect(plain.reply.content).toEqual({
        status: "ok",
        history: [[expect.any(Number), count, samples.result.code]],
      });
      const full = await client().request("history_request", { ...tail, output: true });
      expect(full.reply.content["history"]).toEqual([
        [expect.any(Number), count, [samples.result.code, samples.result.text]],
      ]);
    });

    test("gives a range of this session", async () => {
      const { reply } = await client().run(samples.result.code);
      const start = Number(reply.content["execution_count"]);
      const range = {
        hist_access_type: "range",
        session: 0,
        start,
        stop: start + 1,
        raw: true,
        output: false,
      };
      const found = await client().request("history_request", range);
      expect(found.reply.content["history"]).toEqual([[expect.any(Number), start, samples.result.code]]);
    });

    test("gives a range to the end, and nothing of a session that was not", async () => {
      const first = await client().run(samples.stdout.code);
      await client().run(samples.result.code);
      const start = Number(first.reply.content["execution_count"]);
      const range = { hist_access_type: "range", start, raw: false, output: true };
      const open = await client().request("history_request", { ...range, session: 0 });
      expect(open.reply.content["history"]).toEqual([
        [expect.any(Number), start, [samples.stdout.code, null]],
        [expect.any(Number), start + 1, [samples.result.code, samples.result.text]],
      ]);
      const none = await client().request("history_request", { ...range, session: -1000 });
      expect(none.reply.content["history"]).toEqual([]);
    });

    test("finds cells by a pattern, each once when wanted", async () => {
      await client().run(samples.result.code);
      await client().run(samples.result.code);
      const pattern = `${samples.result.code.slice(0, 3)}*`;
      const search = { hist_access_type: "search", pattern, raw: true, output: false };
      const all = await client().request("history_request", { ...search, n: 2 });
      expect(all.reply.content["history"]).toHaveLength(2);
      const once = await client().request("history_request", { ...search, unique: true });
      const inputs = [once.reply.content["history"]].flat().map((line: unknown) => Object(line)[2]);
      expect(new Set(inputs).size).toBe(inputs.length);
    });

    test("forgets what was run without store_history", async () => {
      const code = `${samples.stdout.code}\n${samples.stderr.code}\n${samples.stdout.code}`;
      await client().run(code, { store_history: false });
      const { reply } = await client().request("history_request", {
        hist_access_type: "tail",
        n: 1,
        raw: true,
        output: false,
      });
      expect(JSON.stringify(reply.content["history"])).not.toContain(JSON.stringify(code));
    });
  });
}

function examineComms({ client, samples }: Given): void {
  const info = async (content = {}) =>
    (await client().request("comm_info_request", content)).reply.content["comms"];

  describe("comm", () => {
    test("to an unknown target is closed at once", async () => {
      const request = client().send("comm_open", { comm_id: "lost", target_name: "nobody", data: {} });
      const close = await client().show(request, "comm_close");
      expect(close.content).toEqual({ comm_id: "lost", data: {} });
      expect(await info()).not.toHaveProperty("lost");
      expect((await client().idle(request)).length).toBe(3);
    });

    test("goes both ways, with buffers, and is closed", async () => {
      const { code, target } = samples.registerTarget;
      await client().run(code);
      client().send("comm_open", { comm_id: "both", target_name: target, data: {} });
      const buffers = [Buffer.from([0, 255, 1]), Buffer.alloc(0)];
      const message = client().send("comm_msg", { comm_id: "both", data: { n: 1 } }, { buffers });
      const echo = await client().show(message, "comm_msg");
      expect(echo.content).toEqual({ comm_id: "both", data: { echo: { n: 1 } } });
      expect(echo.buffers).toEqual(buffers);
      expect(await info()).toHaveProperty("both", { target_name: target });
      await client().idle(client().send("comm_close", { comm_id: "both", data: {} }));
      expect(await info()).not.toHaveProperty("both");
    });

    test("waits for the cell that registers its target when that was sent before", async () => {
      const { code, target } = samples.registerTarget;
      const fresh = `${target}-fresh`;
      const cell = client().send("execute_request", { code: code.replaceAll(target, fresh) });
      client().send("comm_open", { comm_id: "early", target_name: fresh, data: {} });
      const message = client().send("comm_msg", { comm_id: "early", data: { n: 2 } });
      expect((await client().show(message, "comm_msg")).content["data"]).toEqual({ echo: { n: 2 } });
      await client().outcome(cell);
      await client().idle(client().send("comm_close", { comm_id: "early", data: {} }));
    });

    test("is opened by the kernel as well", async () => {
      const { code, target } = samples.openComm;
      const { published } = await client().run(code);
      const open = published.find(({ header }) => header.msg_type === "comm_open");
      expect(open?.content).toMatchObject({ comm_id: expect.any(String), target_name: target });
      const id = String(open?.content["comm_id"]);
      expect(open?.metadata).toHaveProperty("version");
      const sent = published.find(({ header }) => header.msg_type === "comm_msg");
      expect(sent?.buffers).toEqual([Buffer.from([1, 2, 3])]);
      expect(await info({ target_name: target })).toEqual({ [id]: { target_name: target } });
      expect(await info({ target_name: "another" })).toEqual({});
      await client().idle(client().send("comm_close", { comm_id: id, data: {} }));
    });

    test("message for a comm that is not open does no harm", async () => {
      const published = await client().idle(client().send("comm_msg", { comm_id: "never", data: {} }));
      expect(typesOf(published)).toEqual([]);
    });
  });
}

function examineStdin({ client, samples }: Given): void {
  describe("input", () => {
    test("is asked of the client that runs the cell", async () => {
      const cell = client().send("execute_request", { code: samples.ask, allow_stdin: true });
      const question = await client().prompt(cell);
      expect(question.content).toEqual({ prompt: "name? ", password: false });
      // As jupyter_client does it, without a parent.
      client().send("input_reply", { value: "Ada 𝒜" }, { channel: "stdin" });
      expect(textOf((await client().outcome(cell)).published)).toContain("Ada 𝒜");
    });

    test("may be a password", async () => {
      const cell = client().send("execute_request", { code: samples.askSecret, allow_stdin: true });
      const question = await client().prompt(cell);
      expect(question.content["password"]).toBe(true);
      client().send("input_reply", { value: "x" }, { channel: "stdin", parentHeader: question.header });
      expect((await client().outcome(cell)).reply.content["status"]).toBe("ok");
    });

    test("fails at once when the client cannot ask", async () => {
      const { reply } = await client().run(samples.ask, { allow_stdin: false });
      expect(reply.content).toMatchObject({ status: "error", ename: "StdinNotImplementedError" });
    });

    test("is given up by an interrupt; a late answer is not taken for the next one", async () => {
      const cell = client().send("execute_request", { code: samples.ask, allow_stdin: true });
      const old = await client().prompt(cell);
      await client().request("interrupt_request", {}, { channel: "control" });
      expect((await client().outcome(cell)).reply.content["status"]).toBe("error");
      const next = client().send("execute_request", { code: samples.ask, allow_stdin: true });
      const question = await client().prompt(next);
      client().send("input_reply", { value: "stale" }, { channel: "stdin", parentHeader: old.header });
      client().send("input_reply", { value: "fresh" }, { channel: "stdin", parentHeader: question.header });
      expect(textOf((await client().outcome(next)).published)).toContain("fresh");
    });

    test("an answer to nothing does no harm", async () => {
      client().send("input_reply", { value: "unasked" }, { channel: "stdin" });
      client().send("kernel_info_request", {}, { channel: "stdin" });
      expect((await client().run(samples.result.code)).reply.content["status"]).toBe("ok");
    });
  });
}

function examineBusyKernel({ client, samples }: Given): void {
  describe("while a cell runs", () => {
    test("everything else is answered, and an interrupt ends the cell and what was queued", async () => {
      const cell = client().send("execute_request", { code: samples.endless });
      await client().show(cell, "execute_input");
      const queued = client().send("execute_request", { code: samples.result.code });
      const { code } = samples.inspection;
      const requests: [string, Record<string, unknown>][] = [
        ["kernel_info_request", {}],
        ["complete_request", { code: samples.completion.code, cursor_pos: samples.completion.code.length }],
        ["inspect_request", { code, cursor_pos: code.length, detail_level: 1 }],
        ["is_complete_request", { code: samples.complete }],
        ["comm_info_request", {}],
        ["history_request", { hist_access_type: "tail", n: 1, raw: true, output: false }],
      ];
      for (const [type, content] of requests) {
        for (const channel of ["shell", "control"] as const) {
          const { reply } = await client().request(type, content, { channel });
          expect({ type, status: reply.content["status"] }).not.toMatchObject({ status: "error" });
        }
      }
      // Clients show the last state that they heard of, and the cell still runs.
      await client().until(
        () => client().published.at(-1)?.content["execution_state"] === "busy" || undefined,
      );
      const interrupt = await client().request("interrupt_request", {}, { channel: "control" });
      expect(interrupt.reply.content).toEqual({ status: "ok" });
      expect((await client().outcome(cell)).reply.content["status"]).toBe("error");
      expect((await client().outcome(queued)).reply.content["status"]).toBe("aborted");
      expect((await client().run(samples.result.code)).reply.content["status"]).toBe("ok");
    });

    test("an interrupt when nothing runs does no harm", async () => {
      await client().request("interrupt_request", {}, { channel: "control" });
      expect((await client().run(samples.result.code)).reply.content["status"]).toBe("ok");
    });
  });
}

function examineSubshells({ client, samples }: Given): void {
  const control = async (type: string, content = {}) =>
    (await client().request(type, content, { channel: "control" })).reply.content;

  describe("subshell (JEP 91)", () => {
    test("is made, listed and deleted", async () => {
      const { subshell_id, status } = await control("create_subshell_request");
      expect(status).toBe("ok");
      expect(await control("list_subshell_request")).toEqual({ status: "ok", subshell_id: [subshell_id] });
      expect(await control("delete_subshell_request", { subshell_id })).toEqual({ status: "ok" });
      expect(await control("list_subshell_request")).toEqual({ status: "ok", subshell_id: [] });
    });

    test("runs cells with a counter of its own, and tells its id in the parent header", async () => {
      const subshell = String((await control("create_subshell_request"))["subshell_id"]);
      const { reply } = await client().run(samples.result.code, {}, { subshell });
      expect(reply.content).toMatchObject({ status: "ok", execution_count: 1 });
      expect(reply.parentHeader).toHaveProperty("subshell_id", subshell);
      await control("delete_subshell_request", { subshell_id: subshell });
    });

    test("runs a cell while one of the parent shell waits, each with its own output and status", async () => {
      const subshell = String((await control("create_subshell_request"))["subshell_id"]);
      const waiting = client().send("execute_request", { code: samples.pending });
      await client().show(waiting, "execute_input");
      const beside = await client().run(`${samples.stdout.code}\n${samples.result.code}`, {}, { subshell });
      expect(beside.reply.content["status"]).toBe("ok");
      expect(typesOf(beside.published)).toEqual(["execute_input", "stream", "execute_result"]);
      expect(client().received.some(({ parentHeader }) => parentHeader["msg_id"] === waiting.msg_id)).toBe(
        false,
      );
      await client().request("interrupt_request", {}, { channel: "control" });
      const { reply, published } = await client().outcome(waiting);
      expect(reply.content["status"]).toBe("error");
      expect(typesOf(published)).toEqual(["execute_input", "error"]);
      await control("delete_subshell_request", { subshell_id: subshell });
    });

    test("aborts only its own queue after an error", async () => {
      const subshell = String((await control("create_subshell_request"))["subshell_id"]);
      const failing = client().send("execute_request", { code: samples.error.code }, { subshell });
      const queued = client().send("execute_request", { code: samples.result.code }, { subshell });
      const other = client().send("execute_request", { code: samples.result.code });
      expect((await client().outcome(failing)).reply.content["status"]).toBe("error");
      expect((await client().outcome(queued)).reply.content["status"]).toBe("aborted");
      expect((await client().outcome(other)).reply.content["status"]).toBe("ok");
      await control("delete_subshell_request", { subshell_id: subshell });
    });

    test("that is deleted while its cell runs takes nothing more, and lets the cell go on", async () => {
      const subshell = String((await control("create_subshell_request"))["subshell_id"]);
      const running = client().send("execute_request", { code: samples.pending }, { subshell });
      await client().show(running, "execute_input");
      const queued = client().send("execute_request", { code: samples.result.code }, { subshell });
      // The control channel overtakes the shell; once this is answered, the cell before it has come in.
      await client().request("kernel_info_request");
      expect(await control("delete_subshell_request", { subshell_id: subshell })).toEqual({ status: "ok" });
      expect((await client().outcome(queued)).reply.content["status"]).toBe("aborted");
      expect(await control("list_subshell_request")).toEqual({ status: "ok", subshell_id: [] });
      const late = await client().run(samples.result.code, {}, { subshell });
      expect(late.reply.content).toMatchObject({ status: "error", ename: "UnknownSubshell" });
      expect(client().publishedFor(running).at(-1)?.content["execution_state"]).not.toBe("idle");
      await client().request("interrupt_request", {}, { channel: "control" });
      expect((await client().outcome(running)).reply.content["status"]).toBe("error");
    });

    test("asks the client that runs its cell, with the subshell in the parent header", async () => {
      const subshell = String((await control("create_subshell_request"))["subshell_id"]);
      const cell = client().send("execute_request", { code: samples.ask, allow_stdin: true }, { subshell });
      const question = await client().prompt(cell);
      expect(question.parentHeader).toHaveProperty("subshell_id", subshell);
      client().send(
        "input_reply",
        { value: "Grace" },
        { channel: "stdin", parentHeader: question.header, subshell },
      );
      expect(textOf((await client().outcome(cell)).published)).toContain("Grace");
      await control("delete_subshell_request", { subshell_id: subshell });
    });

    test("that does not exist is an error, for requests and for deletion", async () => {
      const { reply } = await client().run(samples.result.code, {}, { subshell: "gone" });
      expect(reply.content).toMatchObject({ status: "error", ename: "UnknownSubshell" });
      expect(await control("delete_subshell_request", { subshell_id: "gone" })).toMatchObject({
        status: "error",
        ename: "UnknownSubshell",
      });
    });
  });
}

function examineFaults({ client, samples }: Given): void {
  const statusNow = async (): Promise<unknown> =>
    (await client().run(samples.result.code)).reply.content["status"];

  describe("a fault of the client", () => {
    test("a message of unknown type is taken note of and not replied to", async () => {
      const request = client().send("make_coffee_request");
      expect(await client().idle(request)).toHaveLength(2);
      expect(await statusNow()).toBe("ok");
      expect(client().received.filter(({ header }) => header.msg_type === "make_coffee_reply")).toEqual([]);
    });

    test.each([
      ["execute_request", {}],
      ["execute_request", { code: 7 }],
      ["execute_request", { code: "", silent: "yes" }],
      ["execute_request", { code: "", user_expressions: { a: 1 } }],
      ["complete_request", { code: null, cursor_pos: 0 }],
      ["complete_request", { code: "a", cursor_pos: 0.5 }],
      ["inspect_request", { cursor_pos: 1 }],
      ["is_complete_request", {}],
      ["history_request", { hist_access_type: "sideways" }],
      ["comm_info_request", { target_name: [] }],
      ["shutdown_request", { restart: "later" }],
    ])("%s with content %j gets an error reply", async (type, content) => {
      const { reply, published } = await client().request(type, content);
      expect(reply.content).toMatchObject({ status: "error", ename: "MalformedRequest" });
      expect(published.map((message) => message.content["execution_state"])).toEqual(["busy", "idle"]);
      expect(await statusNow()).toBe("ok");
    });

    test("positions out of range and fields that are null or unknown are no faults", async () => {
      for (const cursor_pos of [-5, 10_000, null]) {
        const { reply } = await client().request("complete_request", { code: "𝒜", cursor_pos, other: 1 });
        expect(reply.content["status"]).toBe("ok");
      }
    });

    test("content that is no JSON object gets an error reply when the sender is genuine", async () => {
      const message = client().compose("is_complete_request");
      const [delimiter, , header, parent, metadata] = arrived(writeFrames(message, client().signer));
      if (!delimiter || !header || !parent || !metadata) throw new Error("frames are missing");
      const parts = [header, parent, metadata, Buffer.from("[1, 2")];
      client().sendFrames("shell", [delimiter, Buffer.from(client().signer.sign(parts)), ...parts]);
      const { reply } = await client().outcome(message.header);
      expect(reply.content).toMatchObject({ status: "error", ename: "MalformedRequest" });
    });

    test("comm messages that say too little are dropped", async () => {
      for (const type of ["comm_open", "comm_msg", "comm_close"]) {
        expect(typesOf(await client().idle(client().send(type, {})))).toEqual([]);
      }
      expect(await statusNow()).toBe("ok");
    });

    test("frames that are no message are dropped, on every channel", async () => {
      const garbage = [
        [],
        [Buffer.alloc(0)],
        [Buffer.from("hello")],
        [Buffer.from("<IDS|MSG>")],
        [Buffer.from("{")],
      ];
      for (const channel of ["shell", "control", "stdin"] as const) {
        for (const frames of garbage) if (frames.length > 0) client().sendFrames(channel, frames);
      }
      expect(await statusNow()).toBe("ok");
    });

    test("a message that is unsigned, signed with another key or sent again is dropped", async () => {
      const frames = [...arrived(writeFrames(client().compose("kernel_info_request"), client().signer))];
      const forged = client().compose("kernel_info_request");
      client().sendFrames("shell", frames.with(1, Buffer.alloc(0)));
      client().sendFrames("shell", frames.with(1, Buffer.from("0".repeat(64))));
      client().sendFrames("shell", frames.with(2, Buffer.from(JSON.stringify(forged.header))));
      client().sendFrames("shell", frames);
      client().sendFrames("shell", frames);
      expect(await statusNow()).toBe("ok");
      const replies = client().received.filter(({ parentHeader }) =>
        [frames[2], Buffer.from(JSON.stringify(forged.header))].some(
          (header) => JSON.stringify(parentHeader) === header?.toString(),
        ),
      );
      expect(replies).toHaveLength(1);
    });
  });
}

function examineAll({ client }: Given): void {
  describe("of all that the kernel sent", () => {
    test("each message has an id of its own, and the session of the kernel", () => {
      const headers = [...client().received, ...client().published].map(({ header }) => header);
      expect(new Set(headers.map(({ msg_id }) => msg_id)).size).toBe(headers.length);
      expect(new Set(headers.map(({ session }) => session)).size).toBe(1);
    });

    test("each reply has a status, and is the only one", () => {
      const replies = client().received.filter(({ header }) => header.msg_type.endsWith("_reply"));
      const parents = replies.map(({ parentHeader }) => hasParent(parentHeader) && parentHeader.msg_id);
      expect(new Set(parents).size).toBe(replies.length);
      for (const { header, content } of replies) {
        if (header.msg_type !== "debug_reply") expect(content).toHaveProperty("status");
      }
    });

    test("busy comes first and idle once, for every request", () => {
      const states = new Map<string, unknown[]>();
      for (const { header, parentHeader, content } of client().published) {
        if (!hasParent(parentHeader) || header.msg_type !== "status") continue;
        const known = states.get(parentHeader.msg_id) ?? [];
        states.set(parentHeader.msg_id, [...known, content["execution_state"]]);
      }
      expect(states.size).toBeGreaterThan(50);
      for (const [request, seen] of states)
        expect({ request, seen }).toEqual({ request, seen: ["busy", "idle"] });
    });
  });
}

function examineShutdown(start: () => Promise<Subject>, samples: Samples): void {
  describe("shutdown", () => {
    test.each([
      { channel: "control", restart: false },
      { channel: "control", restart: true },
      { channel: "shell", restart: false },
    ] as const)("on $channel with restart $restart is replied to, then the kernel ends", async (given) => {
      const subject = await start();
      const { client } = subject;
      const request = client.send("shutdown_request", { restart: given.restart }, { channel: given.channel });
      const { reply, published } = await client.outcome(request);
      expect(reply.content).toEqual({ status: "ok", restart: given.restart });
      expect(typesOf(published)).toEqual(["shutdown_reply"]);
      await subject.close();
    });

    test("is replied to while a cell runs, and aborts what is queued", async () => {
      const subject = await start();
      const { client } = subject;
      const cell = client.send("execute_request", { code: samples.endless });
      await client.show(cell, "execute_input");
      const queued = client.send("execute_request", { code: samples.result.code });
      const { reply } = await client.request("shutdown_request", { restart: false }, { channel: "control" });
      expect(reply.content["status"]).toBe("ok");
      expect((await client.outcome(queued)).reply.content["status"]).toBe("aborted");
      expect((await client.outcome(cell)).reply.content["status"]).toBe("error");
      await subject.close();
    });
  });
}
