import { KernelManager, ServerConnection, type Kernel, type KernelMessage } from "@jupyterlab/services";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createJupyterHome, type JupyterHome } from "../support/jupyter.ts";
import { startNotebookServer, type NotebookServer } from "../support/notebook-server.ts";

let home: JupyterHome;
let server: NotebookServer;
let kernels: KernelManager;
let kernel: Kernel.IKernelConnection;

beforeAll(async () => {
  // It tells of each connection.
  for (const method of ["log", "warn", "debug"] as const) vi.spyOn(console, method).mockReturnValue();
  home = await createJupyterHome();
  server = await startNotebookServer(home);
  kernels = new KernelManager({
    serverSettings: ServerConnection.makeSettings({
      baseUrl: server.address,
      wsUrl: server.address.replace("http", "ws"),
      token: "",
    }),
  });
  await kernels.ready;
  kernel = await kernels.startNew({ name: "lightnix" });
  await kernel.info;
}, 60_000);
afterAll(async () => {
  await kernel?.shutdown();
  kernel?.dispose();
  kernels?.dispose();
  server?.close();
  await home?.remove();
});

interface Ran {
  readonly reply: KernelMessage.IExecuteReplyMsg["content"];
  /** What came on iopub, but for the status. */
  readonly published: readonly { readonly type: string; readonly content: Record<string, unknown> }[];
}

/** Runs a cell as JupyterLab does; it may answer what the cell asks. */
async function run(code: string, answer?: string): Promise<Ran> {
  const future = kernel.requestExecute({ code, allow_stdin: true, stop_on_error: true }, true, {
    cellId: "c1",
  });
  const published: { type: string; content: Record<string, unknown> }[] = [];
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type !== "status") published.push({ type: header.msg_type, content: { ...content } });
  };
  future.onStdin = (question) => {
    future.sendInputReply(
      { value: answer ?? "", status: "ok" },
      question.header as KernelMessage.IInputRequestMsg["header"],
    );
  };
  const { content } = await future.done;
  return { reply: content, published };
}

/** What the answers to debug requests hold, as far as it is looked at. */
interface DebugBody {
  readonly sourcePath: string;
  readonly stackFrames: readonly [{ readonly id: number }];
  readonly scopes: readonly [{ readonly variablesReference: number }];
  readonly variables: readonly object[];
}

const resultOf = ({ published }: Ran): unknown =>
  Object(published.find(({ type }) => type === "execute_result")?.content["data"])["text/plain"];

describe("JupyterLab's client", () => {
  it("finds the kernel's language and that it has subshells", async () => {
    const { language_info, protocol_version, status } = await kernel.info;
    expect({ language_info, protocol_version, status }).toMatchObject({
      status: "ok",
      protocol_version: "5.5",
      language_info: { name: "typescript", mimetype: "application/typescript", file_extension: ".ts" },
    });
    expect(kernel.supportsSubshells).toBe(true);
    expect(kernel.status).toBe("idle");
  });

  it("runs cells, shows what they show, and answers what they ask", async () => {
    const ran = await run('console.log(await input("name? ")); display.html("<b>x</b>"); 6 * 7', "Ada");
    expect(ran.published.map(({ type }) => type)).toEqual([
      "execute_input",
      "stream",
      "display_data",
      "execute_result",
    ]);
    expect(ran.published[1]?.content).toEqual({ name: "stdout", text: "Ada\n" });
    expect(ran.reply).toMatchObject({ status: "ok", execution_count: 1 });
  });

  it("completes with types, and inspects", async () => {
    const code = "const 𝒜 = [1];\n𝒜.ma";
    const reply = await kernel.requestComplete({ code, cursor_pos: Array.from(code).length });
    if (reply.content.status !== "ok") throw new Error("no completion");
    expect(reply.content.matches).toContain("map");
    expect(reply.content.metadata["_jupyter_types_experimental"]).toContainEqual(
      expect.objectContaining({ text: "map", type: "method" }),
    );
    const told = await kernel.requestInspect({ code: "Math.floor", cursor_pos: 10, detail_level: 0 });
    expect(told.content).toMatchObject({
      found: true,
      data: { "text/markdown": expect.stringContaining("floor") },
    });
  });

  it("speaks with a comm while a cell awaits, through a subshell", async () => {
    await run(
      'import { comms } from "lightnix/comms"; void comms.registerTarget("lab", (comm) => { comm.on("message", ({ data, buffers }) => comm.send({ echo: data }, { buffers })) })',
    );
    const waiting = run("await new Promise(() => {})");
    await expect.poll(() => kernel.status).toBe("busy");
    const comm = kernel.createComm("lab");
    const echo = new Promise<KernelMessage.ICommMsgMsg>((resolve) => {
      comm.onMsg = resolve;
    });
    await comm.open({}).done;
    await comm.send({ n: 1 }, {}, [new Uint8Array([0, 255]).buffer]).done;
    const { content, buffers } = await echo;
    expect(content.data).toEqual({ echo: { n: 1 } });
    expect(
      buffers?.map((buffer) => [...new Uint8Array("buffer" in buffer ? buffer.buffer : buffer)]),
    ).toEqual([[0, 255]]);
    const { content: list } = await kernel.requestListSubshell({}).done;
    expect(list).toMatchObject({ status: "ok", subshell_id: [expect.any(String)] });
    await comm.close({}).done;
    await kernel.interrupt();
    expect((await waiting).reply.status).toBe("error");
  });

  it("interrupts an endless loop, and what was queued behind it is not run", async () => {
    await run("var kept = 1");
    const endless = run("while (true) {}");
    const queued = run("kept = 2");
    await expect.poll(() => kernel.status).toBe("busy");
    // Once this is answered, the cell before it has come in.
    await kernel.requestKernelInfo();
    await kernel.interrupt();
    expect((await endless).reply).toMatchObject({ status: "error", ename: "Interrupted" });
    expect((await queued).reply.status).toBe("aborted");
    expect(resultOf(await run("kept"))).toBe("1");
  });

  it("is sent no text in bright black, which cannot be read on its dark ground for errors", async () => {
    const failing = 'throw new RangeError("a", { cause: new Error("b") })';
    const ran = [
      await run("console.log({ a: undefined }); ({ b: undefined })"),
      await run(`1;\n${failing};\n2`),
      await run('const n: number = "text"'),
    ];
    const text = JSON.stringify(ran.map(({ published }) => published));
    for (const shown of ["undefined", "Caused by", "TS2322"]) expect(text).toContain(`\\u001b[2m${shown}`);
    expect(text).not.toContain("\\u001b[90m");
  });

  it("debugs a cell by the requests that JupyterLab's debugger sends", async () => {
    expect(await kernel.info).toMatchObject({ debugger: true });
    let seq = 0;
    const ask = async (command: string, given: object): Promise<DebugBody> => {
      const request = { type: "request", seq: seq++, command, arguments: given } as const;
      const future = kernel.requestDebug(request);
      const reply = new Promise<KernelMessage.IDebugReplyMsg>((resolve) => {
        future.onReply = resolve;
      });
      await future.done;
      const { content } = await reply;
      expect(content).toMatchObject({ type: "response", success: true, command, request_seq: request.seq });
      return content.body as DebugBody;
    };
    const stopped = new Promise<unknown>((resolve) => {
      kernel.iopubMessage.connect((_, { header, content }) => {
        if (header.msg_type === "debug_event" && Object(content)["event"] === "stopped") resolve(content);
      });
    });
    const info = await ask("debugInfo", {});
    expect(info).toMatchObject({ isStarted: false, hashMethod: "Murmur2" });
    await ask("initialize", { clientID: "jupyterlab", adapterID: "lightnix", pathFormat: "path" });
    await ask("attach", {});
    const code = "function half(n: number): number {\n  const m = n / 2;\n  return m;\n}\nhalf(84)";
    const { sourcePath: path } = await ask("dumpCell", { code });
    expect(path).toMatch(/\d+\.ts$/u);
    const source = { path };
    await ask("setBreakpoints", { source, breakpoints: [{ line: 3 }], sourceModified: false });
    await ask("configurationDone", {});
    const ran = run(code);
    expect(await stopped).toMatchObject({ type: "event", body: { reason: "breakpoint", threadId: 1 } });
    const { stackFrames } = await ask("stackTrace", { threadId: 1 });
    expect(stackFrames).toMatchObject([
      { name: "half", line: 3, source },
      { line: 5, source },
    ]);
    const { scopes } = await ask("scopes", { frameId: stackFrames[0].id });
    const { variables } = await ask("variables", { variablesReference: scopes[0].variablesReference });
    // Where a type of ours were told, JupyterLab would show it and no value.
    expect(variables).toContainEqual({ name: "m", value: "42", evaluateName: "m", variablesReference: 0 });
    await ask("continue", { threadId: 1 });
    expect(resultOf(await ran)).toBe("42");
    await ask("disconnect", { restart: false, terminateDebuggee: false });
  });

  it("reads the history, and the open comms", async () => {
    await run("40 + 2");
    const { content } = await kernel.requestHistory({
      hist_access_type: "tail",
      n: 1,
      output: true,
      raw: true,
    });
    expect(content).toMatchObject({
      status: "ok",
      history: [[expect.any(Number), expect.any(Number), ["40 + 2", "42"]]],
    });
    expect((await kernel.requestCommInfo({})).content).toMatchObject({ status: "ok", comms: {} });
  });

  it("restarts: what was defined is gone, and it runs again", async () => {
    await kernel.restart();
    expect((await run("typeof kept")).reply).toMatchObject({ status: "error" });
    expect(resultOf(await run("1 + 1"))).toBe("2");
  });
});
