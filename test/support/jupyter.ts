import { execFile } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The project's own folder. */
export const projectRoot: string = fileURLToPath(new URL("../..", import.meta.url));

/** Debian's Python, which has Debian's Jupyter packages. */
export const python = "/usr/bin/python3";

/** A place of its own for Jupyter: the built kernel is installed in it, and nothing of the user's is seen. */
export interface JupyterHome {
  readonly folder: string;
  /** The store that notebooks run here use. */
  readonly store: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** Installs the built kernel (`dist/`) by `lightnix install --prefix` into a new temporary folder. */
export async function createJupyterHome(): Promise<JupyterHome> {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-jupyter-"));
  await run(process.execPath, [join(projectRoot, "dist/kernel/app/cli.js"), "install", "--prefix", folder]);
  const store = join(folder, "store");
  return {
    folder,
    store,
    env: {
      ...process.env,
      HOME: folder,
      JUPYTER_PATH: join(folder, "share", "jupyter"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTER_DATA_DIR: join(folder, "data"),
      IPYTHONDIR: join(folder, "ipython"),
      XDG_DATA_HOME: join(folder, "xdg"),
      LIGHTNIX_ROOT: store,
      PYTHONDONTWRITEBYTECODE: "1",
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What a program printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a Python program text in a Jupyter home; its failure is an error that holds what it printed. */
export async function runPython(
  home: JupyterHome,
  program: string,
  options: { cwd?: string; timeoutMs?: number } = {},
): Promise<Printed> {
  return await runIn(home, { ...options, command: python, args: ["-c", program] });
}

/** Runs a Python program, and reads the JSON object in the last line that it prints. */
async function askPython(home: JupyterHome, program: string): Promise<Record<string, unknown>> {
  const { stdout } = await runPython(home, program);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown>;
}

/**
 * Runs a Python program against a kernel of its own, `km`, by jupyter_client's `kc`: first what it defines, then what it does. It has
 * `reply_to(msg_id)`; answers with what it puts into `out`.
 */
export async function driveClient(
  home: JupyterHome,
  { definitions, body }: { readonly definitions: string; readonly body: string },
): Promise<Record<string, unknown>> {
  return await askPython(home, clientPrelude + definitions + body + clientEpilogue);
}

// A client whose kernel takes its time to start has asked it more than once which one it is, and the answers are still to come.
const clientPrelude = String.raw`
import json, os, time
from jupyter_client.manager import start_new_kernel

km, kc = start_new_kernel(kernel_name="lightnix", startup_timeout=60)
out = {}

def reply_to(msg_id):
    while True:
        reply = kc.get_shell_msg(timeout=30)
        if reply["parent_header"]["msg_id"] == msg_id: return reply["content"]
`;

const clientEpilogue = String.raw`
print("\n" + json.dumps(out))
kc.stop_channels()
km.shutdown_kernel(now=False)
`;

/** A command for {@link runIn}. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly timeoutMs?: number;
}

/** Runs a command in a Jupyter home; its failure is an error that holds what it printed. */
export async function runIn(
  home: JupyterHome,
  { command, args, cwd = home.folder, timeoutMs = 300_000 }: Command,
): Promise<Printed> {
  try {
    return await run(command, args, { cwd, env: home.env, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as Partial<Printed>;
    throw new Error(`${command} failed: ${(error as Error).message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
