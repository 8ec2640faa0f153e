import { spawn, type ChildProcess } from "node:child_process";
import { builtFile } from "../../built-file.ts";
import { permissionFlags } from "./permission-flags.ts";
import { COOKIE, START, type ChildStart } from "./protocol.ts";

/** How a child for builds is started. */
export interface SpawnOptions {
  /** The memory that it may take. */
  readonly memoryBytes: number | undefined;
  /** The only folders that it may write into; everywhere unless given. */
  readonly writable: readonly string[] | undefined;
  /** Is in the environment of all that it starts, by which these are found. */
  readonly cookie: string;
  /** What it is told when it begins. */
  readonly start: ChildStart;
}

/** Starts a child process for builds. That it could not be started is told by its `error` event. */
export function spawnChild({ memoryBytes, writable, cookie, start }: SpawnOptions): ChildProcess {
  const permissions = writable === undefined ? [] : permissionFlags(writable);
  return spawn(
    process.execPath,
    [...heapFlag(memoryBytes), ...permissions, builtFile("core/executors/child/main.js")],
    {
      // The descriptors of protocol.ts, after the standard streams.
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
      env: { ...process.env, [COOKIE]: cookie, [START]: JSON.stringify(start) },
      // A group of its own can be killed with all that is in it, and a Ctrl-C in the terminal does not reach it.
      detached: true,
    },
  );
}

function heapFlag(memoryBytes: number | undefined): string[] {
  return memoryBytes === undefined ? [] : [`--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`];
}
