import type { MagicRunner } from "./run.ts";

/** Makes `runner` the one that prepared cells call in this process. */
export function installRunner(runner: MagicRunner): void {
  const call: MagicRunner["line"] = (name, text, value) => runner.line(name, text, value);
  Object.defineProperty(globalThis, Symbol.for("lightnix.magic"), {
    value: call,
    configurable: true,
    writable: true,
  });
}
