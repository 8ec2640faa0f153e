import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonEnvironment, pythonReads, watchPython } from "../../../core/reads/python-watch.ts";
import { freshFolder } from "../fresh-store.ts";
import { inProject, put } from "./in-project.ts";

/** Runs a Python program; what it printed, and the files in the project that it opened, without itself. */
function run(
  project: string,
  program: string,
  env: Readonly<Record<string, string>> = {},
): { printed: string; read: string[] } {
  const folder = freshFolder();
  const log = watchPython(folder);
  const all = { ...process.env, PYTHONDONTWRITEBYTECODE: "", ...env };
  const printed = execFileSync("python3", [put(project, "main.py", program)], {
    cwd: project,
    env: { ...all, ...pythonEnvironment(folder, all) },
    encoding: "utf8",
  });
  const read = pythonReads(log).filter((path) => path.startsWith(project) && !path.endsWith("main.py"));
  return { printed, read: read.map((path) => path.slice(project.length + 1)).toSorted() };
}

describe("watchPython", () => {
  it("tells the files that a Python program opens to read, by whatever function", () => {
    const project = inProject();
    for (const name of ["a", "b", "c", "d"]) put(project, name, name);
    const { read } = run(
      project,
      `import os, pathlib
open("a").read()
pathlib.Path("b").read_bytes()
os.close(os.open("c", os.O_RDONLY))
open("a").close()
open(b"d", "r+").close()
open("new", "w").close()
os.close(os.open("other", os.O_WRONLY | os.O_CREAT))
`,
    );
    expect(read).toEqual(["a", "b", "c", "d"]);
  });

  it("tells the modules that it imports from beside it, the first time and later", () => {
    const project = inProject();
    put(project, "model.py", "x = 1");
    expect(run(project, "import model").read).toContain("model.py");
    expect(existsSync(join(project, "__pycache__"))).toBe(true);
    expect(run(project, "import model").read).toEqual(["model.py"]);
  });

  it("tells what its processes read as well", () => {
    const project = inProject();
    put(project, "a", "a");
    put(project, "b", "b");
    const { read } = run(
      project,
      `import multiprocessing, subprocess, sys, os
def work(name):
    return open(name).read()
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(work, ["a"])
    subprocess.run([sys.executable, "-c", "import os; open('b').read(); os._exit(0)"], check=True)
`,
    );
    expect(read).toEqual(expect.arrayContaining(["a", "b"]));
  });

  it("leaves the program the modules that it has: its own sitecustomize, its path, its errors", () => {
    const project = inProject();
    put(project, "mine/sitecustomize.py", "print('customized')");
    put(project, "mine/helper.py", "print('helped')");
    const { printed } = run(
      project,
      `import sys, helper, sitecustomize
print(sitecustomize.__file__.endswith("mine/sitecustomize.py"))
print(any("scratch" in one or "lightnix-core" in one and "mine" not in one and one != sys.path[0] for one in sys.path))
try:
    open("none")
except FileNotFoundError as error:
    print(error.filename)
`,
      { PYTHONPATH: join(project, "mine") },
    );
    expect(printed.split("\n")).toEqual(["customized", "helped", "True", "False", "none", ""]);
  });

  it("keeps nothing of what comes with Python", () => {
    const folder = freshFolder();
    const log = watchPython(folder);
    const env = { ...process.env, ...pythonEnvironment(folder, process.env) };
    execFileSync(
      "python3",
      ["-c", "import json, email, http.client, zoneinfo; open('/proc/meminfo').read()"],
      {
        env,
      },
    );
    expect(pythonReads(log)).toEqual([]);
  });
});
