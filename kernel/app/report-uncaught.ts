import type { CurrentOutput } from "../display/index.ts";
import type { Engine } from "../engine/engine.ts";
import type { UncaughtFrom } from "../engine/uncaught.ts";

const uncaught: Readonly<Record<UncaughtFrom, string>> = {
  callback: "In a callback, where nothing caught it:",
  promise: "In a promise that nothing awaits:",
};

/** Shows an error that nobody caught, in the cell whose code threw it. */
export function reportUncaught(
  { engine, current }: { readonly engine: Engine; readonly current: CurrentOutput },
  { error, thrown }: { readonly error: unknown; readonly thrown: UncaughtFrom },
): void {
  const report = (): void => {
    const { traceback } = engine.traceback(error);
    current.print("stderr", `${uncaught[thrown]}\n${traceback.join("\n")}\n`);
  };
  try {
    report();
  } catch {
    engine.restoreBuiltins();
    report();
  }
}
