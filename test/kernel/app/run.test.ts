import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closingLine, showProgress } from "../../../kernel/app/progress.ts";
import { runNotebook, type RunEvent } from "../../../kernel/app/run.ts";
import { spawnKernel } from "../../../kernel/app/spawn.ts";

// Another kernel than our own: what works with it is the protocol, and not a private understanding.
const ipykernel = ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"];

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "lightnix-test-run-")));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function notebookOf(...cells: readonly (string | { source: string; tags: readonly string[] })[]) {
  const path = join(folder, "a.ipynb");
  const code = cells.map((cell) => ({
    cell_type: "code",
    source: typeof cell === "string" ? cell : cell.source,
    metadata: typeof cell === "string" ? {} : { tags: cell.tags },
    execution_count: 99,
    outputs: [{ output_type: "stream", name: "stdout", text: "of an earlier run" }],
  }));
  await writeFile(path, JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

describe("runNotebook()", () => {
  it("runs the cells in order in the notebook's folder, and gathers what they show", async () => {
    const events: RunEvent[] = [];
    const path = await notebookOf("import os; x = os.getcwd()", "", "print(x)\nx");
    const result = await runNotebook(path, { argv: ipykernel, report: (event) => events.push(event) });
    expect(result).toMatchObject({ ran: 2, notebook: { metadata: { language_info: { name: "python" } } } });
    expect(result.failure).toBeUndefined();
    expect(
      result.notebook.cells.map(({ execution_count, outputs }) => ({ execution_count, outputs })),
    ).toEqual([
      { execution_count: 1, outputs: [] },
      { execution_count: null, outputs: [] },
      {
        execution_count: 2,
        outputs: [
          { output_type: "stream", name: "stdout", text: `${folder}\n` },
          {
            output_type: "execute_result",
            execution_count: 2,
            data: { "text/plain": `'${folder}'` },
            metadata: {},
          },
        ],
      },
    ]);
    expect(events.filter(({ type }) => type !== "published").map(({ type }) => type)).toEqual([
      "ready",
      "started",
      "finished",
      "started",
      "finished",
    ]);
  });

  it("stops at a cell that fails, and keeps what there is", async () => {
    const path = await notebookOf("print(1)", "1/0", "print(3)");
    const { notebook, ran, failure } = await runNotebook(path, { argv: ipykernel });
    expect({ ran, failure }).toMatchObject({
      ran: 2,
      failure: { cell: 2, source: "1/0", ename: "ZeroDivisionError" },
    });
    expect(notebook.cells.map(({ outputs }) => outputs?.map(({ output_type }) => output_type))).toEqual([
      ["stream"],
      ["error"],
      [],
    ]);
  });

  it("goes on after a failure when asked to, or when the cell says that it fails", async () => {
    const path = await notebookOf(
      { source: "expected", tags: ["raises-exception"] },
      { source: "left_out", tags: ["skip-execution"] },
      "first",
      "second",
    );
    const result = await runNotebook(path, { argv: ipykernel, keepGoing: true });
    const { cells, ran, failed, failure } = result;
    expect({ cells, ran, failed, cell: failure?.cell }).toEqual({ cells: 3, ran: 3, failed: 2, cell: 2 });
  });

  it("keeps in the notebook what a pager would show", async () => {
    const path = await notebookOf("x = 5\nprint(x)", "x?");
    const { notebook } = await runNotebook(path, { argv: ipykernel });
    expect(notebook.cells[1]?.outputs).toMatchObject([
      { output_type: "display_data", data: { "text/plain": expect.stringContaining("int") }, metadata: {} },
    ]);
  });

  it("interrupts a cell that takes too long", async () => {
    const path = await notebookOf("import time", "time.sleep(60)", "never = 1");
    const { ran, failure } = await runNotebook(path, { argv: ipykernel, cellTimeoutMs: 3000 });
    expect({ ran, ename: failure?.ename }).toEqual({ ran: 2, ename: "KeyboardInterrupt" });
  });

  it("interrupts and stops when told to", async () => {
    const controller = new AbortController();
    const path = await notebookOf("print('here', flush=True)\nimport time\ntime.sleep(60)", "never = 1");
    const { ran, failure } = await runNotebook(path, {
      argv: ipykernel,
      signal: controller.signal,
      report: (event) =>
        event.type === "published" && event.published.type === "stream" && controller.abort(),
    });
    expect({ ran, cell: failure?.cell }).toEqual({ ran: 1, cell: 1 });
  });

  it("tells of a kernel that dies, in the notebook, too", async () => {
    const path = await notebookOf("import os\nos._exit(7)", "never = 1");
    const { notebook, ran, failure } = await runNotebook(path, { argv: ipykernel, keepGoing: true });
    expect({ ran, failure }).toMatchObject({ ran: 1, failure: { ename: "kernel-died", cell: 1 } });
    expect(failure?.evalue).toContain("exit code 7");
    expect(notebook.cells[0]?.outputs).toMatchObject([{ output_type: "error", ename: "kernel-died" }]);
  });
});

describe("spawnKernel()", () => {
  it("quotes a kernel that does not start", async () => {
    const argv = ["/usr/bin/python3", "-c", "print('no such module'); raise SystemExit(3)"];
    await expect(spawnKernel({ argv, folder })).rejects.toMatchObject({
      code: "kernel-died",
      message: expect.stringMatching(/exit code 3[^]*no such module/),
    });
    await expect(spawnKernel({ argv: [join(folder, "none")], folder })).rejects.toMatchObject({
      code: "kernel-died",
    });
  });

  it("gives up a kernel that does not answer", async () => {
    const argv = ["/usr/bin/python3", "-c", "import time; time.sleep(60)"];
    await expect(spawnKernel({ argv, folder, startTimeoutMs: 300 })).rejects.toMatchObject({
      code: "kernel-silent",
    });
  });

  it.each(["ipc", "tcp"] as const)("answers what a cell asks the user, over %s", async (transport) => {
    const kernel = await spawnKernel({ argv: ipykernel, folder, transport });
    const printed: string[] = [];
    const reply = await kernel.client.execute("print(input('name? '))", {
      onInput: ({ prompt }) => `${prompt}Ada`,
      onPublished: ({ type, content }) => type === "stream" && printed.push(content.text),
    });
    await kernel.stop();
    expect(reply).toMatchObject({ status: "ok", execution_count: 1 });
    expect(printed.join("")).toBe("name? Ada\n");
    await expect(kernel.client.execute("1")).rejects.toMatchObject({ code: "kernel-died" });
  });
});

describe("showProgress()", () => {
  const events: readonly RunEvent[] = [
    { type: "ready", cells: 2 },
    { type: "started", cell: 1, source: 'import { a } from "b";\n\n// why\n%realize digits' },
    {
      type: "published",
      cell: 1,
      published: { type: "stream", content: { name: "stdout", text: "one\n\u001b[1mtwo\u001b[0m\n" } },
    },
    { type: "finished", cell: 1, ms: 1234, failed: false },
    { type: "started", cell: 2, source: "1/0" },
    { type: "finished", cell: 2, ms: 5, failed: true },
  ];
  const shown = (isTTY: boolean): string => {
    const written: string[] = [];
    const report = showProgress({ isTTY, columns: 80, write: (text) => written.push(text) });
    for (const event of events) report(event);
    return written.join("");
  };

  it("writes a line for each cell", () => {
    expect(shown(false)).toBe(
      `✓ 1/2  ${"%realize digits".padEnd(40)}  1.2 s\n✗ 2/2  ${"1/0".padEnd(40)}  0.0 s\n`,
    );
  });

  it("keeps a live line on a terminal, with what the cell showed last", () => {
    expect(shown(true)).toContain(`\r\u001b[K  1/2  ${"%realize digits".padEnd(40)}  two`);
  });
});

describe("closingLine()", () => {
  it("says how many cells ran, how long it took, and where the result is", () => {
    const files = ["a.out.ipynb"];
    expect(closingLine({ cells: 1, ran: 1, failed: 0, ms: 80, files })).toBe(
      "ran 1 cell in 80 ms: a.out.ipynb\n",
    );
    expect(closingLine({ cells: 9, ran: 4, failed: 1, ms: 2_100, files: [...files, "a.html"] })).toBe(
      "ran 4 of 9 cells in 2.1 s, 1 failed: a.out.ipynb, a.html\n",
    );
  });
});
