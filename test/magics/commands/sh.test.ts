import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { Notebook } from "../support/notebook.ts";

describe("%sh", () => {
  it("runs a command in the notebook's folder and prints what it prints", async () => {
    using notebook = new Notebook();
    const { stdout, stderr } = await notebook.run("%sh pwd; echo 'a // b' --force; echo no >&2");
    expect(stdout.join("")).toBe(`${notebook.folder}\na // b --force\n`);
    expect(stderr.join("")).toBe("no\n");
  });

  it("may be written as !command where the line is not TypeScript, also between other lines", async () => {
    using notebook = new Notebook();
    await notebook.run("const a = 1;\n!touch made by\n!echo 'const' > it\nconst b = a + 1;");
    for (const name of ["made", "by", "it"]) expect(existsSync(join(notebook.folder, name))).toBe(true);
    expect(notebook.value("b")).toBe(2);
  });

  it("leaves what is TypeScript alone", async () => {
    using notebook = new Notebook();
    await notebook.run(
      "let ready = true;\nlet touched = 0;\n!ready || touched++;\nconst text = `\n!echo no\n`;",
    );
    expect(notebook.value("touched")).toBe(1);
    expect(notebook.value("text")).toBe("\n!echo no\n");
  });

  it("fails when the command fails", async () => {
    using notebook = new Notebook();
    await expect(notebook.run("%sh exit 3")).rejects.toThrow(
      'Cannot run "exit 3": it ended with exit code 3',
    );
    await expect(notebook.run("%sh kill -9 $$")).rejects.toThrow(
      'Cannot run "kill -9 $$": it was killed by SIGKILL',
    );
    await expect(notebook.run("%sh")).rejects.toThrow("Cannot run %sh: it needs a command");
  });

  it("is ended by an interrupt", async () => {
    using notebook = new Notebook();
    const running = notebook.run("%sh touch begun; sleep 60");
    await vi.waitFor(() => expect(existsSync(join(notebook.folder, "begun"))).toBe(true), {
      timeout: 20_000,
    });
    notebook.interrupt();
    await expect(running).rejects.toThrow("interrupted");
  });
});

describe("%%sh", () => {
  it("runs the rest of the cell as a script", async () => {
    using notebook = new Notebook();
    const { stdout } = await notebook.run('%%sh\nfor n in 1 2; do\n  echo "line $n"\ndone\n');
    expect(stdout.join("")).toBe("line 1\nline 2\n");
    await expect(notebook.run("%%sh\nset -e\nfalse\necho not here")).rejects.toThrow(
      'Cannot run "set -e …": it ended with exit code 1',
    );
  });
});
