// What `processes()` imports in each process that it starts for the kernel.
import type { CaptureSink } from "../../core/index.ts";
import { CurrentOutput, createDenoJupyter, createDisplay } from "../display/index.ts";
import { AppError } from "./errors.ts";
import { outputOf } from "./host.ts";

const current: CurrentOutput = new CurrentOutput();

/** Waits until all is shown that the realizer has displayed. */
export async function allShown(): Promise<void> {
  await current.allShown();
}

/** Makes the names of the kernel as a realizer has them in a process of its own: what it displays goes to its build. */
export function createHost(sink: CaptureSink): Readonly<Record<string, unknown>> {
  // There is one build at a time, and everything is of it.
  current.run(outputOf(sink), () => undefined);
  return {
    display: createDisplay(current),
    Deno: { jupyter: createDenoJupyter(current) },
    clearOutput: ({ wait = false }: { wait?: boolean } = {}) => sink.clear(wait),
    input: refuseToAsk,
    password: refuseToAsk,
  };
}

// eslint-disable-next-line typescript/require-await -- as input() does in a cell, it rejects
async function refuseToAsk(prompt = ""): Promise<never> {
  throw new AppError(
    "nobody-to-ask",
    `Cannot ask "${prompt}": a realizer in a process of its own has nobody to ask. Ask in a cell and put the answer into config, or define the stage by %%stage --open`,
  );
}
