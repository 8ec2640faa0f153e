import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { errorCode, LightnixError } from "../errors.ts";
import type { ExecOptions, ExecResult } from "./build.ts";

/** How to run a command for a build. */
export interface ExecRequest extends Omit<ExecOptions, "onLine"> {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Kills the command and all that it started. */
  readonly signal: AbortSignal;
  /**
   * Takes what it prints, a line (or the last piece of one) at a time, line break included. What is about to be drawn over, as the
   * state of a progress bar, is a line that ends in a carriage return.
   */
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
}

// What a process that is asked to stop may take before it is killed; a cancelled realization has to be over in a second.
const TERMINATION_MS = 300;
// What is still in the pipes of a command that has ended is read long before that.
const PIPES_MS = 5_000;
const LINE_LIMIT = 64 * 1024;
const TAIL_LINES = 20;
// A carriage return at the very end may be the half of a line break.
const LINE_END = /(?<=\n|\r(?=[^\n]))/u;

/**
 * Runs a command in a process group of its own.
 *
 * @throws {LightnixError} `exec-failed` with `data.exitCode`, `data.signal`, `data.tail`; the signal's reason after an abort
 */
export async function exec(request: ExecRequest): Promise<ExecResult> {
  const { command, args, cwd, env, signal, onLine } = request;
  signal.throwIfAborted();
  const started = performance.now();
  // A group of its own, so that what the command starts can be killed along with it.
  const child: Child = spawn(command, args, {
    cwd,
    // Python would keep back what it prints into a pipe until it ends.
    env: { PYTHONUNBUFFERED: "1", ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const tail: string[] = [];
  const onTailLine = (stream: "stdout" | "stderr", line: string): void => {
    if (tail.at(-1)?.endsWith("\r")) tail.pop();
    if (tail.push(line) > TAIL_LINES) tail.shift();
    onLine(stream, line);
  };
  const ended = groupEnd(child, signal);
  for (const stream of ["stdout", "stderr"] as const)
    splitLines(child[stream], (line) => onTailLine(stream, line));
  const end = await ended;
  signal.throwIfAborted();
  if (end.exitCode === 0) return { exitCode: 0, ms: performance.now() - started };
  throw execFailed(request, end, tail.join(""));
}

interface End {
  readonly exitCode: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly error?: Error;
}

/** Where no file can be opened any more, there are no pipes, and the error comes as an event all the same. */
type Child = Omit<ChildProcessByStdio<null, Readable, Readable>, "stdout" | "stderr"> &
  Partial<Pick<ChildProcessByStdio<null, Readable, Readable>, "stdout" | "stderr">>;

/** Waits until a command has ended and its output is read; sees to it that nothing of its group lives on. */
async function groupEnd(child: Child, signal: AbortSignal): Promise<End> {
  const { pid } = child;
  let killing: NodeJS.Timeout | undefined;
  let closing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    killGroup(pid, "SIGTERM");
    killing = setTimeout(() => killGroup(pid, "SIGKILL"), TERMINATION_MS);
  };
  watchGroup(pid);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<End>((resolve) => {
      child.once("error", (error) => resolve({ exitCode: null, error }));
      child.once("exit", () => {
        // What it left in the background would keep the pipes open, and outlive the build.
        killGroup(pid, "SIGKILL");
        // A daemon may have left the group; it is not waited for.
        closing = setTimeout(() => closePipes(child), PIPES_MS);
      });
      child.once("close", (exitCode, endSignal) => resolve({ exitCode, signal: endSignal }));
    });
  } finally {
    clearTimeout(killing);
    signal.removeEventListener("abort", stop);
    clearTimeout(closing);
    forgetGroup(pid);
  }
}

// When this process ends in the middle of a build, its children would go on as orphans.
const liveGroups: Set<number> = new Set();

function killLiveGroups(): void {
  for (const pid of liveGroups) killGroup(pid, "SIGKILL");
}

function watchGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  if (liveGroups.size === 0) process.once("exit", killLiveGroups);
  liveGroups.add(pid);
}

function forgetGroup(pid: number | undefined): void {
  if (pid !== undefined && liveGroups.delete(pid) && liveGroups.size === 0)
    process.off("exit", killLiveGroups);
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH" && errorCode(error) !== "EPERM") throw error;
  }
}

function closePipes({ stdout, stderr }: Child): void {
  stdout?.destroy();
  stderr?.destroy();
}

function splitLines(stream: Readable | undefined, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string): void => {
    const lines = (rest + text).split(LINE_END);
    rest = lines.at(-1)?.endsWith("\n") ? "" : (lines.pop() ?? "");
    for (const line of lines) onLine(line);
    // Something that prints no line break at all must not fill the memory.
    if (rest.length < LINE_LIMIT) return;
    onLine(rest);
    rest = "";
  };
  stream?.on("data", (chunk: Buffer) => take(decoder.write(chunk)));
  stream?.once("end", () => {
    take(decoder.end());
    if (rest !== "") onLine(`${rest}\n`);
    rest = "";
  });
}

function execFailed({ command, args, cwd }: ExecRequest, end: End, tail: string): LightnixError {
  const { exitCode, signal, error } = end;
  const said = tail === "" ? "It printed nothing" : `Its last lines are:\n${tail.trimEnd()}`;
  return new LightnixError(
    "exec-failed",
    `Cannot run "${[command, ...args].join(" ")}": ${howItEnded(end, cwd)}. ${said}`,
    {
      ...(error && { cause: error }),
      data: { command, args, cwd, exitCode, signal, tail },
    },
  );
}

function howItEnded({ exitCode, signal, error }: End, cwd: string): string {
  if (error === undefined)
    return exitCode === null ? `it was killed by ${signal}` : `it ended with exit code ${exitCode}`;
  if (errorCode(error) === "ENOENT") return `there is no such program, or no folder ${cwd} to run it in`;
  if (errorCode(error) === "EMFILE") return "this process has so many files open that it may open no more";
  return errorCode(error) === "EACCES" ? "it is no program that may be run" : error.message;
}
