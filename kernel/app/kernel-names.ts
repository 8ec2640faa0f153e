import { createDenoJupyter } from "../display/index.ts";
import type { CurrentOutput, Display } from "../display/index.ts";
import type { Prompts } from "./prompts.ts";

/** What {@link namesOfKernel} is made of. */
export interface KernelNamesParts {
  readonly current: CurrentOutput;
  readonly display: Display;
  readonly prompts: Prompts;
}

/** What cells have from the kernel itself, by name; `kernelDeclarations` tells the types. */
export function namesOfKernel({
  current,
  display,
  prompts,
}: KernelNamesParts): Readonly<Record<string, unknown>> {
  return {
    display,
    clearOutput: ({ wait = false }: { wait?: boolean } = {}) => current.get()?.clear(wait),
    input: (prompt = "") => prompts.ask(String(prompt), false),
    Deno: { jupyter: createDenoJupyter(current) },
    password: (prompt = "") => prompts.ask(String(prompt), true),
  };
}
