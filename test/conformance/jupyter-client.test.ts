import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, driveClient } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

// Each test is a Python program against a kernel of its own; `execute` gives the reply and what was published.
const definitions = String.raw`
def is_idle(message): return message["type"] == "status" and message["content"]["execution_state"] == "idle"
def published(msg_id, is_last=is_idle):
    messages = []
    while True:
        message = kc.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") != msg_id: continue
        messages.append({"type": message["msg_type"], "content": message["content"]})
        if is_last(messages[-1]): return messages
def until(type, msg_id): published(msg_id, lambda message: message["type"] == type)
def until_shown(text, msg_id): published(msg_id, lambda message: text in json.dumps(message["content"]))
def eventually(look, wanted):
    deadline = time.monotonic() + 60
    while look() != wanted and time.monotonic() < deadline: time.sleep(0.05)
    return look()

def execute(code, **options):
    msg_id = kc.execute(code, **options)
    return {"messages": published(msg_id), "reply": reply_to(msg_id)}

def of(type, result): return [m["content"] for m in result["messages"] if m["type"] == type]
def text(result): return [m["data"]["text/plain"] for m in of("execute_result", result)]
def ask(send, *args, **options): return reply_to(send(*args, **options))
def interrupted(code, shown=None):
    msg_id = kc.execute(code)
    until("execute_input", msg_id) if shown is None else until_shown(shown, msg_id)
    time.sleep(0.5)
    started = time.time()
    km.interrupt_kernel()
    reply = reply_to(msg_id)
    published(msg_id)
    return {"reply": reply, "seconds": time.time() - started}
`;

describe("jupyter_client", () => {
  let home: JupyterHome;
  beforeAll(async () => {
    home = await createJupyterHome();
  });
  afterAll(() => home.remove());

  async function drive(body: string): Promise<Record<string, unknown>> {
    return await driveClient(home, { definitions, body });
  }

  it("is told what the kernel is", async () => {
    const { info } = await drive(`out["info"] = ask(kc.kernel_info)`);
    expect(info).toMatchObject({
      status: "ok",
      implementation: "lightnix",
      language_info: { name: "typescript", file_extension: ".ts" },
    });
  });

  it("executes TypeScript: values, streams, await, redeclaration, imports", async () => {
    const { values, stream, order } = await drive(String.raw`
out["values"] = [
    text(execute("const xs: number[] = [1, 2, 3]; xs.length")),
    text(execute("const xs = new Set(['a']); xs.size")),
    text(execute("await Promise.resolve(xs.has('a'))")),
    text(execute("import { basename } from 'node:path'; basename('/a/b')")),
    text(execute("interface P { x: number }; const p: P = { x: 7 }; p.x")),
    text(execute("const q: P = { x: p.x + 1 }; q.x")),
]
out["stream"] = of("stream", execute("console.log('to stdout'); console.error('to stderr')"))
out["order"] = [m["type"] for m in execute("console.log(1); 2")["messages"]]
`);
    expect(values).toEqual([["3"], ["1"], ["true"], ["'b'"], ["7"], ["8"]]);
    expect(stream).toEqual([
      { name: "stdout", text: "to stdout\n" },
      { name: "stderr", text: "to stderr\n" },
    ]);
    expect(order).toEqual(["status", "execute_input", "stream", "execute_result", "status"]);
  });

  it("gets errors with a traceback that names the cell and the line", async () => {
    const { thrown, late, typed } = await drive(String.raw`
out["thrown"] = execute("const a = 1;\nfunction fail(): never {\n  throw new RangeError('too far');\n}\nfail();")["reply"]
out["late"] = text(execute("a + 1"))
out["typed"] = execute("const n: number = 1;\nn.toUpperCase();")["reply"]
`);
    expect(thrown).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    const traceback = plain((thrown as { traceback: string[] }).traceback.join("\n"));
    expect(traceback).toMatch(/\[1\].*line 3/u);
    expect(traceback).toMatch(/\[1\].*line 5/u);
    expect(traceback).not.toContain("node:");
    expect(late).toEqual(["2"]);
    expect(typed).toMatchObject({ status: "error" });
    const diagnostics = plain((typed as { traceback: string[] }).traceback.join("\n"));
    expect(diagnostics).toContain("toUpperCase");
    expect(diagnostics).toContain("2339");
  });

  it("completes and inspects by types, also while a cell runs", async () => {
    const { members, info, busy, stopped } = await drive(String.raw`
execute("class Model {\n  /** How wide. */\n  hidden = 32;\n  train(rate: number): void {}\n}\nconst model = new Model();")
out["members"] = ask(kc.complete, "model.", 6)["matches"]
out["info"] = ask(kc.inspect, "model.train", 11)["data"]["text/plain"]
running = kc.execute("console.log('begun'); while (true) {}")
until("stream", running)
out["busy"] = ask(kc.complete, "model.hid", 9)["matches"]
km.interrupt_kernel()
out["stopped"] = of("error", {"messages": published(running)})
`);
    expect(members).toEqual(expect.arrayContaining(["hidden", "train"]));
    expect(plain(info as string)).toContain("rate: number");
    expect(busy).toEqual(["hidden"]);
    expect(stopped).toMatchObject([{ ename: "Interrupted" }]);
  });

  it("stops endless loops and waits of every kind, and the variables are kept", async () => {
    const { stops, kept } = await drive(String.raw`
execute("let kept = 41;")
out["stops"] = [interrupted(code) for code in [
    "while (true) {}",
    "await new Promise((resolve) => setTimeout(resolve, 50)); while (true) {}",
    "await new Promise(() => {})",
    "await input('never answered: ')",
    "setTimeout(() => { while (true) {} }, 10); await new Promise(() => {})",
]]
out["kept"] = text(execute("kept + 1"))
`);
    for (const stop of stops as { reply: { status: string; ename: string }; seconds: number }[]) {
      expect(stop.reply.status).toBe("error");
      expect(stop.reply.ename).toMatch(/interrupt/iu);
      expect(stop.seconds).toBeLessThan(30);
    }
    expect(kept).toEqual(["42"]);
  });

  it("completes inside a stage: the fields of a dependency, from the config of another cell", async () => {
    const { fields, wrong } = await drive(String.raw`
execute("%%stage digits\nexport const config = { train: 8, labels: self('labels.bin') };\nexport default async (build: Build) => { await (await import('node:fs/promises')).writeFile(build.lens.labels.syspath, ''); };")
start = "%%stage model\nexport const config = { digits };\nexport default async (build: Build) => {\n  build.lens.digits."
out["fields"] = ask(kc.complete, start + "\n};", len(start))["matches"]
out["wrong"] = execute(start + "lables.syspath;\n};")["reply"]
`);
    expect(fields).toEqual(expect.arrayContaining(["train", "labels", "rref"]));
    expect(wrong).toMatchObject({ status: "error", ename: "TypeCheckError" });
    const diagnostics = plain((wrong as { traceback: string[] }).traceback.join("\n"));
    expect(diagnostics).toMatch(/\[2\]:4:21 - error TS\d+: .*lables/u);
  });

  it("asks the user for a line, when the client can", async () => {
    const { answer, refused } = await drive(String.raw`
msg_id = kc.execute("const name = await input('who? '); name.length")
question = kc.get_stdin_msg(timeout=30)
kc.input("grüße" if question["content"]["prompt"] == "who? " else "")
out["answer"] = [m["content"]["data"]["text/plain"] for m in published(msg_id) if m["type"] == "execute_result"]
reply_to(msg_id)
out["refused"] = execute("await input('who? ')", allow_stdin=False)["reply"]["evalue"]
`);
    expect(answer).toEqual(["5"]);
    expect(refused).toMatch(/input/u);
  });

  it("shows what is thrown and printed by late callbacks in their own cell, and lives on", async () => {
    const { late, alive } = await drive(String.raw`
msg_id = kc.execute("setTimeout(() => { console.log('late'); throw new Error('thrown late'); }, 300)")
reply_to(msg_id)
execute("1")
texts = []
while not any("thrown late" in t for t in texts):
    m = kc.get_iopub_msg(timeout=30)
    if m["msg_type"] == "stream" and m["parent_header"]["msg_id"] == msg_id: texts.append(m["content"]["text"])
out["late"] = "".join(texts)
out["alive"] = text(execute("2"))
`);
    expect(plain(late as string)).toMatch(/^late\n[^]*Error: thrown late[^]*Cell \[1\], line 1/u);
    expect(alive).toEqual(["2"]);
  });

  it("runs cells with type errors when told to, and says what is wrong", async () => {
    const { warned, off } = await drive(String.raw`
execute("%check warn")
warned = execute("const n: number = 'x' as never as string; n")
out["warned"] = {"value": text(warned), "stderr": "".join(m["text"] for m in of("stream", warned))}
execute("%check off")
off = execute("const m: number = 'y'; m")
out["off"] = {"value": text(off), "streams": of("stream", off)}
`);
    expect(warned).toMatchObject({ value: ["'x'"] });
    expect(plain((warned as { stderr: string }).stderr)).toContain("TS2322");
    expect(off).toEqual({ value: ["'y'"], streams: [] });
  });

  it("stops a realizer, also in an endless loop: nothing half is left, what was built before stays", async () => {
    const { stops, left, again, kept } = await drive(String.raw`
import os, re
execute("%%stage first\nexport const config = { out: self('a.txt') };\nexport default async (build: Build) => { await (await import('node:fs/promises')).writeFile(build.path('a.txt'), 'a'); };")
execute("let endless = true;")
execute("%%stage second\nexport const config = { first };\nexport default async (build: Build) => { if (build.args === 'quick') return; await build.scratch(); display('begun'); while (true) {} };")
execute("%%stage third\nexport const config = { first };\nexport default async (build: Build) => { await build.exec('sh', ['-c', 'echo begun; exec sleep 100']); };")
out["stops"] = [interrupted("%realize second", "'begun'"), interrupted("%realize third", "begun")]
root = os.environ["LIGHTNIX_ROOT"]
out["left"] = eventually(lambda: [name for folder in ("tmp", "locks") for at, folders, files in os.walk(os.path.join(root, folder)) for name in files + folders if not re.match(r"p\d+-", name)], [])
out["again"] = text(execute("const made = await realize(second, { args: 'quick' }); made.startsWith('rref:')"))
out["kept"] = text(execute("(await outcomes(first)).rows.length"))
`);
    for (const stop of stops as { reply: { status: string; ename: string }; seconds: number }[]) {
      expect(stop.reply).toMatchObject({
        status: "error",
        ename: expect.stringMatching(/interrupt|cancel/iu),
      });
      expect(stop.seconds).toBeLessThan(30);
    }
    expect(left).toEqual([]);
    expect(again).toEqual(["true"]);
    expect(kept).toEqual(["1"]);
  });

  it("tells how an interrupted realization ended before it is idle", async () => {
    const { last } = await drive(String.raw`
execute("%%stage slow\nexport const config = {};\nexport default async (build: Build) => { for (let n = 0; ; n++) { build.progress({ current: n }); await new Promise((r) => setTimeout(r, 50)); } };")
msg_id = kc.execute("%realize slow")
until("display_data", msg_id)
km.interrupt_kernel()
out["last"] = [m["content"]["data"]["text/plain"] for m in published(msg_id) if m["type"].endswith("display_data")][-1]
`);
    expect(last).toMatch(/interrupted after/u);
  });

  it("lets a realizer display while it runs", async () => {
    const { shown } = await drive(String.raw`
execute("%%stage plot\nexport const config = {};\nexport default async () => { display.html('<b>curve</b>'); };")
out["shown"] = [m["content"]["data"].get("text/html", "") for m in execute("%realize plot")["messages"] if m["type"] == "display_data"]
`);
    expect((shown as string[]).filter((html) => html === "<b>curve</b>")).toHaveLength(1);
  });

  it("answers although a result cannot be sent, and refuses exit codes that are none", async () => {
    const { replies, alive } = await drive(String.raw`
execute("%check off")
execute("const odd = { [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { f: () => 1 } }) }")
out["replies"] = [execute("odd", user_expressions={"a": "odd"})["reply"]["status"], execute("process.exit('abc')")["reply"].get("evalue")]
out["alive"] = text(execute("1 + 1"))
`);
    expect(replies).toEqual(["error", expect.stringContaining("no whole number")]);
    expect(alive).toEqual(["2"]);
  });

  it("starts whatever lies where the store should be, and says what is wrong when it is used", async () => {
    const file = join(home.folder, "a-file");
    await writeFile(file, "");
    const elsewhere = { ...home, env: { ...home.env, LIGHTNIX_ROOT: file } };
    const body = `
out["value"] = text(execute("1 + 1"))
out["refused"] = execute("%store")["reply"]["evalue"]
out["moved"] = execute("%store " + ${JSON.stringify(home.store)})["reply"]["status"]
`;
    const answers = await driveClient(elsewhere, { definitions, body });
    expect(answers).toMatchObject({
      value: ["2"],
      refused: expect.stringContaining("a-file"),
      moved: "ok",
    });
  });

  it("ends when a cell says process.exit, and tells the client", async () => {
    const { reply, alive } = await drive(String.raw`
out["reply"] = execute("process.exit(3)")["reply"]
out["alive"] = eventually(km.is_alive, False)
`);
    expect(reply).toMatchObject({ status: "error", evalue: expect.stringContaining("process.exit(3)") });
    expect(alive).toBe(false);
  });

  it("shows displays and updates them in place", async () => {
    const { messages } = await drive(String.raw`
out["messages"] = execute("const shown = display.html('<b>one</b>'); shown.update({ 'text/html': '<b>two</b>', 'text/plain': 'two' }); clearOutput({ wait: true })")["messages"]
`);
    const seen = messages as {
      type: string;
      content: { data?: Record<string, string>; transient?: { display_id?: string } };
    }[];
    const [first, second] = seen.filter(({ type }) => type.endsWith("display_data"));
    expect(first).toMatchObject({ type: "display_data", content: { data: { "text/html": "<b>one</b>" } } });
    expect(second).toMatchObject({
      type: "update_display_data",
      content: { data: { "text/html": "<b>two</b>" } },
    });
    expect(second?.content.transient?.display_id).toBe(first?.content.transient?.display_id);
    expect(seen.find(({ type }) => type === "clear_output")?.content).toEqual({ wait: true });
  });

  it("survives bad input with a clear error and everything kept", async () => {
    const { unknown, config, nameless, missing, thrown, alive, builds, stores } = await drive(String.raw`
execute("let kept = 1;")
def evalue(code): return execute(code)["reply"].get("evalue")
out["unknown"] = evalue("%realise kept")
out["config"] = [
    evalue("await instantiate(stage({ name: 's', config: { f: () => 1 } as never, realize() {} }))"),
    evalue("await instantiate(stage({ name: 's', config: { deep: [{ lr: NaN }] }, realize() {} }))"),
    evalue("await instantiate(stage({ name: 's', config: { deep: [{ lr: undefined }] } as never, realize() {} }))"),
]
out["nameless"] = evalue("stage({ config: {}, realize() {} } as never)")
out["missing"] = evalue("%%stage broken\nexport const config = { a: self('a.txt') };\nexport default async () => {};\n") or evalue("%realize broken")
out["thrown"] = (lambda r: r["reply"])([execute("%%stage thrower\nexport const config = {};\nexport default async (build: Build) => {\n  build.log('before');\n  throw new Error('on line five');\n};"), execute("%realize thrower")][1])
out["alive"] = text(execute("kept"))
open("not-a-store", "w").close()
import os; os.makedirs("foreign/store-v1", exist_ok=True); open("foreign/store-v1/thesis.txt", "w").close()
out["stores"] = [evalue("%store foreign"), evalue("%store not-a-store") or evalue("%realize thrower")]
execute("%store " + os.environ["LIGHTNIX_ROOT"])
out["builds"] = text(execute("(await outcomes(thrower)).rows.length"))
`);
    expect(unknown).toMatch(/%realise.*%realize/u);
    expect((config as string[])[0]).toContain("config.f");
    expect((config as string[])[1]).toMatch(/config\.deep\[0\]\.lr/u);
    expect((config as string[])[2]).toMatch(/config\.deep\[0\]\.lr/u);
    expect(nameless).toMatch(/name/u);
    expect(missing).toMatch(/a\.txt/u);
    const traceback = plain((thrown as { traceback: string[] }).traceback.join("\n"));
    expect(traceback).toContain("on line five");
    expect(traceback).toMatch(/line 5/u);
    expect(alive).toEqual(["1"]);
    expect((stores as string[])[0]).toMatch(/foreign.*not a store|foreign.*no store|thesis\.txt/u);
    expect((stores as string[])[1]).toMatch(/not-a-store/u);
    expect(builds).toEqual(["0"]);
  });
});

/** Text without ANSI colours. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001B\[[\d;]*m/gu, "");
}
