import type { ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, vi } from "vitest";
import type { KernelClient } from "../../kernel/app/client.ts";
import { spawnKernel } from "../../kernel/app/spawn.ts";
import { projectRoot } from "./jupyter.ts";

/** What became of a cell. */
export interface CellOutcome {
  readonly status: string;
  /** The plain text of its result. */
  readonly result: string | undefined;
  /** What it printed and displayed as text, in order. */
  readonly printed: string;
  /** Its traceback, without colours. */
  readonly traceback: string;
}

/** The built kernel, running in a folder of its own. */
export interface RealKernel {
  readonly folder: string;
  readonly client: KernelClient;
  readonly process: ChildProcess;
  /** Writes a file of the folder. */
  readonly write: (path: string, text: string | Uint8Array) => void;
  readonly run: (code: string) => Promise<CellOutcome>;
  /** Runs a cell; resolves when it is done and has printed something, which may come after its end. */
  readonly runUntil: (code: string, printed: RegExp) => Promise<CellOutcome>;
  /** What is offered at the `|` of the code. */
  readonly complete: (marked: string) => Promise<Completed>;
  /** What is told of the `|` of the code, by MIME type. */
  readonly inspect: (marked: string, detail?: 0 | 1) => Promise<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** What a kernel offers. */
export interface Completed {
  readonly matches: readonly string[];
  /** The text that a match replaces. */
  readonly replaces: string;
}

// A kernel that is ended by force says nothing of why it did not end by itself, and a busy machine is no reason.
const stopGraceMs = 20_000;

/** Starts the built kernel (`dist/`) in a new folder with some files. Whoever starts it stops it. */
export async function startRealKernel(
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<RealKernel> {
  const folder = mkdtempSync(join(tmpdir(), "lightnix-kernel-"));
  const write: RealKernel["write"] = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const {
    client,
    stop,
    process: child,
  } = await spawnKernel({
    folder,
    argv: [process.execPath, join(projectRoot, "dist/kernel/app/main.cjs"), "{connection_file}"],
    env: { LIGHTNIX_ROOT: join(folder, ".store"), HOME: folder, ...env },
  });
  return {
    folder,
    client,
    process: child,
    write,
    run: async (code) => await runCell(client, code),
    runUntil: async (code, printed) => await runCell(client, code, printed),
    complete: async (marked) => {
      const { code, at } = takeMark(marked);
      const reply = await client.request("complete_request", { code, cursor_pos: at });
      if (reply.status !== "ok") throw new Error(`No completion: ${JSON.stringify(reply)}`);
      return {
        matches: reply.matches,
        replaces: Array.from(code).slice(reply.cursor_start, reply.cursor_end).join(""),
      };
    },
    inspect: async (marked, detail = 0) => {
      const { code, at } = takeMark(marked);
      const reply = await client.request("inspect_request", { code, cursor_pos: at, detail_level: detail });
      if (reply.status !== "ok") throw new Error(`No inspection: ${JSON.stringify(reply)}`);
      return reply.data as Record<string, string>;
    },
    stop: async () => {
      await stop(stopGraceMs);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function runCell(client: KernelClient, code: string, wanted?: RegExp): Promise<CellOutcome> {
  let result: string | undefined;
  let printed = "";
  const text = (): string => stripVTControlCharacters(printed);
  const reply = await client.execute(code, {
    onPublished: ({ type, content }) => {
      if (type === "execute_result") result = String(content.data["text/plain"]);
      if (type === "stream") printed += content.text;
      if (type === "display_data") printed += `${String(content.data["text/plain"])}\n`;
    },
  });
  if (wanted !== undefined) await vi.waitFor(() => expect(text()).toMatch(wanted), { timeout: 30_000 });
  const traceback = reply.status === "error" ? reply.traceback.join("\n") : "";
  return {
    status: reply.status,
    result: result === undefined ? undefined : stripVTControlCharacters(result),
    printed: text(),
    traceback: stripVTControlCharacters(traceback),
  };
}

// Jupyter counts code points.
function takeMark(marked: string): { code: string; at: number } {
  const at = marked.indexOf("|");
  return { code: marked.slice(0, at) + marked.slice(at + 1), at: Array.from(marked.slice(0, at)).length };
}

/**
 * Resolves when a cell prints something, as it does when it has got so far: whatever waits for it need not guess how long that takes. Call it
 * before the cell is sent.
 */
export async function untilPrinted(client: KernelClient, text: string): Promise<void> {
  let printed = "";
  await new Promise<void>((resolve) => {
    const stop = client.listen(({ type, content }) => {
      if (type !== "stream") return;
      printed += content.text;
      if (!printed.includes(text)) return;
      stop();
      resolve();
    });
  });
}

/** Resolves when the next cell begins: an interrupt that comes before that is for no cell. Call it before the cell is sent. */
export async function untilInput(client: KernelClient): Promise<void> {
  await new Promise<void>((resolve) => {
    const stop = client.listen(({ type }) => {
      if (type !== "execute_input") return;
      stop();
      resolve();
    });
  });
}
