import { BuildFault } from "../build-fault.ts";

/** How a child process ended in the midst of a build. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it said that it ends by itself. */
  readonly byItself: boolean;
  /** The last that it printed to stderr. */
  readonly lastWords: string;
  /** The memory limit of the stage. */
  readonly memoryBytes: number | undefined;
}

/** What is to be said of a build whose process ended. */
export function crashFault(end: ProcessEnd): BuildFault {
  if (ranOutOfMemory(end)) return outOfMemory(end.memoryBytes);
  return new BuildFault("build-crashed", `its process ended before the build did: ${causeOf(end)}`);
}

/** The fault of a build that took more memory than it may. */
export function outOfMemory(limitBytes: number | undefined): BuildFault {
  if (limitBytes !== undefined)
    return new BuildFault("memory-limit", `it ran out of memory: limit ${shownMegabytes(limitBytes)}`);
  const advice = "A stage may ask for a larger one: limits: { memoryBytes }, in a cell %%stage --memory 8GB";
  return new BuildFault(
    "build-crashed",
    `it ran out of memory: its process had as large a heap as Node gives. ${advice}`,
  );
}

// V8 says so in these words before it aborts.
function ranOutOfMemory({ lastWords }: ProcessEnd): boolean {
  return /JavaScript heap out of memory|process out of memory/.test(lastWords);
}

// Signals that the processor's own refusals come to.
const native = new Set<string | null>(["SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP"]);

function causeOf({ exitCode, signal, byItself }: ProcessEnd): string {
  if (native.has(signal)) return `${signal}, a fault in native code`;
  if (signal === "SIGABRT") return "SIGABRT: it aborted itself";
  if (signal === "SIGKILL")
    return "it was killed by SIGKILL, as the system does when the machine runs out of memory";
  if (signal !== null) return `it was ended by ${signal}`;
  return byItself ? `it called process.exit(${exitCode})` : `exit code ${exitCode}`;
}

function shownMegabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
