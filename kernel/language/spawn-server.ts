import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { serverCommand } from "./executable.ts";
import type { Command } from "./executable.ts";

/** A language server's process, whose standard streams speak the protocol. */
export type ServerProcess = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts the process of a language server; by default TypeScript's own. A program that cannot be started is told by the
 * process's `error` event; its `pid` is not there then.
 *
 * Throws a LanguageError `server-missing` without the `typescript` package.
 */
export function spawnServer(command: Command = serverCommand()): ServerProcess {
  // While the server reads the libraries there is nothing to be freed, and Go's collector, left alone, takes more time than all the
  // rest of the start. What cells leave behind is freed by LanguageServer.tidy, long before the heap has grown to three times its size.
  const env = { GOGC: "200", ...process.env };
  const child = spawn(command.program, command.args, {
    stdio: ["pipe", "pipe", "ignore"],
    windowsHide: true,
    env,
  });
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  return child;
}
