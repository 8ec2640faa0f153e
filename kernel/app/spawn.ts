import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { builtFile } from "../../core/built-file.ts";
import type { Connection } from "../wire/connection.ts";
import type { KernelInfoReply } from "../wire/contents/kernel.ts";
import { connectZeromqChannels } from "../wire/zeromq-client.ts";
import { KernelClient } from "./client.ts";
import { writeConnectionFile } from "./connection-file.ts";
import { AppError } from "./errors.ts";

/** Which kernel is started, and how. */
export interface SpawnOptions {
  /** The command, with `{connection_file}` where that belongs; defaults to Lightnix's own kernel. */
  readonly argv?: readonly string[];
  /** The kernel's working directory: the notebook's folder. */
  readonly folder: string;
  /** Environment variables on top of those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Defaults to `ipc` where there are Unix sockets: no port can be taken in between, and no other user can connect. */
  readonly transport?: Connection["transport"];
  /** How long the kernel may take to answer for the first time. */
  readonly startTimeoutMs?: number;
}

/** A kernel that was started here and answers. */
export interface SpawnedKernel {
  readonly client: KernelClient;
  readonly info: KernelInfoReply;
  readonly process: ChildProcess;
  /** Asks the kernel to end, and ends it when it does not within `graceMs`; cleans up. May be called twice. */
  stop(graceMs?: number): Promise<void>;
}

// What a kernel sent last, the reply to a shutdown for one, is still read after its end: another thread takes it from the socket.
const LAST_READ_MS = 200;
// An error message quotes so much of what a dying kernel printed.
const TAIL_LENGTH = 2000;

/**
 * Starts a kernel and waits until it answers. Its client fails with `kernel-died` when the process ends early.
 *
 * @throws {AppError} `kernel-died` or `kernel-silent`, with the end of what it printed
 */
export async function spawnKernel(options: SpawnOptions): Promise<SpawnedKernel> {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-run-"));
  const transport = options.transport ?? transportFor(folder);
  const { path, connection } = await writeConnectionFile(folder, transport);

  const child = startProcess(options, path);
  const client = new KernelClient(connectZeromqChannels(connection), connection);
  const printed = tailOf(child);
  const closeClient = (how: string): void =>
    client.close(new AppError("kernel-died", `The kernel died (${how})${quote(printed())}`, { how }));
  let lastRead: NodeJS.Timeout | undefined;
  const ended = untilEnd(child).then((how) => {
    lastRead = setTimeout(closeClient, LAST_READ_MS, how);
    return how;
  });
  const stop = async (graceMs = 3000): Promise<void> => {
    client.request("shutdown_request", { restart: false }).catch(() => {});
    await Promise.race([ended, delay(graceMs, undefined, { ref: false })]);
    child.kill("SIGKILL");
    closeClient(await ended);
    clearTimeout(lastRead);
    // The witness of a kernel that had to be killed may be writing in it.
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const info = await withinTime(client.ready(), options.startTimeoutMs ?? 60_000, printed);
    return { client, info, process: child, stop };
  } catch (error) {
    await stop(0);
    throw error;
  }
}

// The path of a Unix socket has at most 107 bytes on Linux and 103 on macOS; the sockets' own names take a few.
function transportFor(folder: string): Connection["transport"] {
  return process.platform === "win32" || Buffer.byteLength(folder) > 90 ? "tcp" : "ipc";
}

function startProcess({ argv, folder, env }: SpawnOptions, connectionFile: string): ChildProcess {
  const own = [process.execPath, builtFile("kernel/app/main.cjs"), "{connection_file}"];
  const [command = "", ...args] = (argv ?? own).map((word) =>
    word.replace("{connection_file}", connectionFile),
  );
  return spawn(command, args, {
    cwd: folder,
    // A kernel ends by itself when the process that is named here is gone (jupyter_client's convention).
    env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C in the terminal is for the runner, which then interrupts the kernel as a notebook's client does.
    detached: process.platform !== "win32",
  });
}

function untilEnd(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}

/** Reads along what the process itself prints, which is not what its cells print, and keeps the end of it. */
function tailOf(child: ChildProcess): () => string {
  let tail = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-TAIL_LENGTH);
    });
  }
  return () => tail.trim();
}

function quote(printed: string): string {
  return printed === "" ? "" : `. The last that it printed:\n${printed}`;
}

async function withinTime<T>(work: Promise<T>, timeoutMs: number, printed: () => string): Promise<T> {
  const late = new AbortController();
  try {
    return await Promise.race([
      work,
      delay(timeoutMs, undefined, { signal: late.signal }).then(() => {
        const text = `The kernel did not answer within ${timeoutMs / 1000} s${quote(printed())}`;
        throw new AppError("kernel-silent", text, { timeoutMs });
      }),
    ]);
  } finally {
    late.abort();
  }
}
