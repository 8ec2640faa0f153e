import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJupyterHome, driveClient } from "../support/jupyter.ts";
import type { JupyterHome } from "../support/jupyter.ts";

// Each test is a Python program against a kernel of its own: `execute` runs a cell, `comm` sends a comm message; both give what
// was published for it as (type, content, buffers), status apart. `cell` gives the id of its request as well, and `shown` waits for
// something that is shown in a cell later.
const definitions = String.raw`
others = []
def published(msg_id, timeout=30):
    messages = []
    early = [message for message in others if message["parent_header"].get("msg_id") == msg_id]
    others[:] = [message for message in others if message["parent_header"].get("msg_id") != msg_id]
    while True:
        message = early.pop(0) if early else kc.get_iopub_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") != msg_id: others.append(message)
        elif message["msg_type"] != "status":
            buffers = [list(bytes(b)) for b in message["buffers"]]
            messages.append({"type": message["msg_type"], "content": message["content"], "metadata": message["metadata"], "buffers": buffers})
        elif message["content"]["execution_state"] == "idle": return messages

def shown(cell, type, timeout=30):
    while True:
        for message in others:
            if message["parent_header"].get("msg_id") == cell and message["msg_type"] == type:
                others.remove(message)
                return message["content"]
        others.append(kc.get_iopub_msg(timeout=timeout))

def post(type, content, buffers=None, metadata=None):
    message = kc.session.msg(type, content, metadata=metadata)
    kc.session.send(kc.shell_channel.socket, message, buffers=buffers or [])
    return message["header"]["msg_id"]

def comm(type, content, **more): return published(post(type, content, **more))
def execute(code): return published(kc.execute(code))
def cell(code):
    msg_id = kc.execute(code)
    return msg_id, published(msg_id)
def of(type, messages): return [m["content"] for m in messages if m["type"] == type]
def text(messages): return "".join(m["text"] for m in of("stream", messages)) + "".join(m["data"]["text/plain"] for m in of("execute_result", messages))
def info(**content): return reply_to(kc.comm_info(**content))["comms"]
execute('import { comms } from "lightnix/comms"; import { widget } from "lightnix/widgets";')
`;

describe("jupyter_client and comms", () => {
  let home: JupyterHome;
  beforeAll(async () => {
    home = await createJupyterHome();
  });
  afterAll(() => home.remove());

  async function drive(body: string): Promise<Record<string, unknown>> {
    return await driveClient(home, { definitions, body });
  }

  it("gets comms that cells open, with buffers, and tells what is open", async () => {
    const { opened, listed, none, answered, printed, closed } = await drive(String.raw`
out["opened"] = execute('const c = comms.open("chart", { a: 1 }, { metadata: { m: 1 }, buffers: [new Uint8Array([1, 2])] }); c.send({ b: 2 }, { buffers: [new Uint16Array([3])] });')
id = out["opened"][1]["content"]["comm_id"]
out["listed"] = [info(target_name="chart"), info()] == [{id: {"target_name": "chart"}}] * 2
out["none"] = info(target_name="other")
listens, _ = cell('c.on("message", ({ data, metadata, buffers }) => { console.log("got", data, metadata); c.send({ back: data }, { buffers }); });')
out["answered"] = comm("comm_msg", {"comm_id": id, "data": {"x": [1, "é"]}}, buffers=[b"\x07", b""], metadata={"k": 1})
out["printed"] = shown(listens, "stream")["text"]
execute("c.close({ bye: 1 })")
out["closed"] = info()
`);
    const [input, open, message] = opened as object[];
    expect(input).toMatchObject({ type: "execute_input" });
    expect(open).toMatchObject({
      type: "comm_open",
      content: { target_name: "chart", data: { a: 1 } },
      metadata: { m: 1 },
      buffers: [[1, 2]],
    });
    expect(message).toMatchObject({ type: "comm_msg", content: { data: { b: 2 } }, buffers: [[3, 0]] });
    expect([listed, none, closed]).toEqual([true, {}, {}]);
    expect(printed).toBe("got { x: [ 1, 'é' ] } { k: 1 }\n");
    expect(answered).toMatchObject([
      { type: "comm_msg", content: { data: { back: { x: [1, "é"] } } }, buffers: [[7], []] },
    ]);
  });

  it("opens comms to targets of cells; unknown ones are closed again", async () => {
    const { unknown, opened, sent, closed, listed, printed } = await drive(String.raw`
out["unknown"] = comm("comm_open", {"comm_id": "u", "target_name": "nobody", "data": {}})
registers, _ = cell('comms.registerTarget("echo", (comm, { data, buffers }) => { comm.send({ hello: data }, { buffers }); comm.on("message", async ({ data }) => { await new Promise((r) => setTimeout(r, 20)); comm.send(data); console.log("late"); }); comm.on("close", () => console.log("closed")); });')
out["opened"] = comm("comm_open", {"comm_id": "e", "target_name": "echo", "data": {"n": 1}}, buffers=[b"ab"])
out["listed"] = info()
out["sent"] = comm("comm_msg", {"comm_id": "e", "data": {"n": 2}})
out["printed"] = [shown(registers, "stream")["text"]]
out["closed"] = [comm("comm_close", {"comm_id": "e", "data": {}}), info()]
out["printed"] += [shown(registers, "stream")["text"]]
`);
    expect(unknown).toMatchObject([{ type: "comm_close", content: { comm_id: "u", data: {} } }]);
    expect(opened).toMatchObject([
      { type: "comm_msg", content: { comm_id: "e", data: { hello: { n: 1 } } }, buffers: [[97, 98]] },
    ]);
    expect(listed).toEqual({ e: { target_name: "echo" } });
    expect(sent).toMatchObject([{ type: "comm_msg", content: { data: { n: 2 } } }]);
    expect(printed).toEqual(["late\n", "closed\n"]);
    expect(closed).toEqual([[], {}]);
  });

  it("is shown what a callback throws, in the cell that registered it, and the kernel lives on", async () => {
    const { thrown, late, alive } = await drive(String.raw`
execute("let how = 'throw';\nfunction fail(): never {\n  throw new RangeError('too far');\n}")
opened = execute("const c = comms.open('t');")
listens, _ = cell("c.on('message', async () => {\n  if (how === 'late') setTimeout(fail, 1);\n  else if (how === 'throw') fail();\n  else { await null; fail(); }\n});")
id = opened[1]["content"]["comm_id"]
comm("comm_msg", {"comm_id": id, "data": {}})
out["thrown"] = [shown(listens, "error")]
execute("how = 'reject'")
comm("comm_msg", {"comm_id": id, "data": {}})
out["thrown"] += [shown(listens, "error")]
execute("how = 'late'")
comm("comm_msg", {"comm_id": id, "data": {}})
out["late"] = shown(listens, "stream")["text"]
out["alive"] = text(execute("1 + 1"))
`);
    for (const error of thrown as { traceback: string[] }[]) {
      expect(error).toMatchObject({ ename: "RangeError", evalue: "too far" });
      const traceback = plain(error.traceback.join("\n"));
      expect(traceback).toMatch(/Cell \[2\], line 3/u);
      expect(traceback).toMatch(/Cell \[4\], line [34]/u);
      expect(traceback).not.toMatch(/dist|node:/u);
    }
    expect(plain(late as string)).toContain("RangeError: too far");
    expect(alive).toBe("2");
  });

  it("is heard at once while a cell awaits, and in order, with nothing lost, when a cell that computes is done", async () => {
    const { awaited, computed, listed } = await drive(String.raw`
opened = execute("const got: unknown[] = []; const c = comms.open('t'); c.on('message', ({ data }) => got.push(data['n']));")
id = opened[1]["content"]["comm_id"]
running = kc.execute("console.log('begun'); while (got.length === 0) await new Promise((r) => setTimeout(r, 20)); got.length")
shown(running, "stream")
comm("comm_msg", {"comm_id": id, "data": {"n": -1}})
out["awaited"] = text(published(running))
heard = os.path.join(os.environ["HOME"], "heard")
running = kc.execute("import { existsSync } from 'node:fs'; console.log('begun'); while (!existsSync('%s')) {}\ngot.length" % heard)
shown(running, "stream")
sent = [post("comm_msg", {"comm_id": id, "data": {"n": n}}) for n in range(500)]
out["listed"] = list(info()) == [id]
open(heard, "w").close()
published(sent[-1])
out["computed"] = json.loads(text(execute("JSON.stringify(got.slice(1))")).strip("'")) == list(range(500))
`);
    expect(awaited).toBe("1");
    expect(listed).toBe(true);
    expect(computed).toBe(true);
  });

  it("can interrupt a callback, whether it computes or awaits, and is shown that in the cell that registered it", async () => {
    const { ends, opening, alive } = await drive(String.raw`
opened = execute("const c = comms.open('t');")
listens, _ = cell("c.on('message', ({ data }) => { console.log('begun'); if (data['how'] === 'loop') while (true) {} return new Promise(() => {}); });")
id = opened[1]["content"]["comm_id"]
out["ends"] = []
for how in ["loop", "await", "loop"]:
    msg_id = post("comm_msg", {"comm_id": id, "data": {"how": how}})
    shown(listens, "stream")
    started = time.time()
    km.interrupt_kernel()
    published(msg_id)
    out["ends"].append([shown(listens, "error")["ename"], time.time() - started < 30])
registers, _ = cell("comms.registerTarget('endless', () => { console.log('begun'); while (true) {} })")
msg_id = post("comm_open", {"comm_id": "e", "target_name": "endless", "data": {}})
shown(registers, "stream")
km.interrupt_kernel()
out["opening"] = shown(registers, "error")["ename"]
out["alive"] = text(execute("1 + 1"))
`);
    expect(opening).toMatch(/interrupt/iu);
    expect(ends).toEqual(Array.from({ length: 3 }, () => [expect.stringMatching(/interrupt/iu), true]));
    expect(alive).toBe("2");
  });

  it("is not made to wait for a callback that takes its time: what it sends meanwhile is heard", async () => {
    const { order } = await drive(String.raw`
opened = execute("let stop = () => {}; const c = comms.open('t'); c.on('message', async ({ data }) => { if (data['stop']) return stop(); await new Promise<void>((resolve) => { stop = resolve; }); c.send({ stopped: true }); });")
id = opened[1]["content"]["comm_id"]
start = post("comm_msg", {"comm_id": id, "data": {}})
published(start)
comm("comm_msg", {"comm_id": id, "data": {"stop": True}})
out["order"] = shown(start, "comm_msg")["data"]
`);
    expect(order).toEqual({ stopped: true });
  });

  it("finds no comm, target or widget any more when the kernel was restarted", async () => {
    const { before, after, closed } = await drive(String.raw`
execute("comms.registerTarget('t', () => {}); const w = widget({ esm: 'export default {}' });")
out["before"] = len(info())
km.restart_kernel(now=False)
kc.wait_for_ready(timeout=60)
out["after"] = info()
out["closed"] = [m["type"] for m in comm("comm_open", {"comm_id": "a", "target_name": "t", "data": {}})]
`);
    expect([before, after, closed]).toEqual([1, {}, ["comm_close"]]);
  });

  it("has the states of widgets kept in the notebook by nbclient", async () => {
    const { kept, shown } = await drive(String.raw`
import nbclient, nbformat
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('import { widget } from "lightnix/widgets";\nconst w = widget({ esm: "export default {}", state: { value: 1, bytes: new Uint8Array([1, 2, 3]) } });\nw.state.value = 5;\nw')])
nbclient.NotebookClient(notebook, kernel_name="lightnix").execute()
out["kept"] = list(notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].items())
out["shown"] = notebook.cells[0].outputs[0]["data"]
`);
    const [[id, model] = ["", {}]] = kept as [string, object][];
    expect(model).toMatchObject({
      model_module: "anywidget",
      state: { value: 5, _esm: "export default {}" },
      buffers: [{ data: "AQID", encoding: "base64", path: ["bytes"] }],
    });
    expect(shown).toEqual({
      "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 1, model_id: id },
      "text/plain": expect.stringMatching(
        /^Widget \{ value: 5, bytes: Uint8Array\(3\) \[ 1, 2, 3 \] \}\n\(a widget as text/u,
      ),
    });
  });

  it("carries buffers of many megabytes both ways", async () => {
    const { size, sum } = await drive(String.raw`
opened = execute("const c = comms.open('t'); c.on('message', ({ buffers: [bytes] }) => c.send({ sum: bytes!.reduce((a, b) => a + b, 0) }, { buffers: [bytes!] }));")
id = opened[1]["content"]["comm_id"]
answer = comm("comm_msg", {"comm_id": id, "data": {}}, buffers=[bytes([1, 2, 3, 4]) * 5_000_000])
out["size"] = len(answer[0]["buffers"][0])
out["sum"] = answer[0]["content"]["data"]["sum"]
`);
    expect([size, sum]).toEqual([20_000_000, 50_000_000]);
  });
});

/** Text without ANSI colours. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\u001B\[[\d;]*m/gu, "");
}
