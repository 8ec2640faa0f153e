import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const python = "/usr/bin/python3";
// A machine without Jupyter can still run the other tests.
const hasJupyter = spawnSync(python, ["-c", "import jupyter_kernel_test"]).status === 0;
const root = join(import.meta.dirname, "../../..");
let folder: string;

// Node 20 runs no TypeScript, so the kernel is compiled, by itself, to a folder that sees the project's packages.
beforeAll(async () => {
  await mkdir(join(root, "test/out"), { recursive: true });
  folder = await mkdtemp(join(root, "test/out/echo-kernel-"));
  const project = join(folder, "tsconfig.json");
  const compilerOptions = {
    noEmit: false,
    declaration: false,
    isolatedDeclarations: false,
    rootDir: root,
    outDir: ".",
  };
  const files = [join(root, "test/kernel/session/echo-kernel.ts")];
  await writeFile(
    project,
    JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] }),
  );
  await run(join(root, "node_modules/.bin/tsc"), ["-p", project], { cwd: root });
  await installKernel(join(folder, "jupyter"), join(folder, "test/kernel/session/echo-kernel.js"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function installKernel(jupyterPath: string, script: string): Promise<void> {
  const spec = join(jupyterPath, "kernels/echo");
  await mkdir(spec, { recursive: true });
  const argv = [process.execPath, script, "{connection_file}"];
  const kernel = { argv, display_name: "Echo", language: "typescript", interrupt_mode: "message" };
  await writeFile(join(spec, "kernel.json"), JSON.stringify(kernel));
}

test.runIf(hasJupyter)(
  "jupyter_client and jupyter_kernel_test find nothing wrong with a session",
  async () => {
    const { stderr } = await run(python, [join(import.meta.dirname, "jupyter_client_check.py")], {
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        JUPYTER_PATH: join(folder, "jupyter"),
        JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
        XDG_DATA_HOME: join(folder, "data"),
      },
    });
    expect(stderr).toContain("OK");
  },
);
