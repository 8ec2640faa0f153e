import type { MagicRunner } from "./run.ts";

/** Makes `clock` the one whose times the timed statements of cells in this process start and stop. */
export function installClock(clock: (act: "start" | "stop") => void): void {
  Object.defineProperty(globalThis, Symbol.for("lightnix.time"), {
    value: clock,
    configurable: true,
    writable: true,
  });
}

/** Makes `runner` the one that prepared cells call in this process. */
export function installRunner(runner: MagicRunner): void {
  const call: MagicRunner["line"] = (name, text, value) => runner.line(name, text, value);
  Object.defineProperty(globalThis, Symbol.for("lightnix.magic"), {
    value: call,
    configurable: true,
    writable: true,
  });
}
