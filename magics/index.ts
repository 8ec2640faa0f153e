// What the thread that runs cells takes of the magics, and all of core with it. The thread that speaks with Jupyter takes what
// it needs from the files themselves.
export { builtinMagics } from "./builtin.ts";
export type { MagicCompletions } from "./complete.ts";
export type { CellHost } from "./host.ts";
export { prepareCell } from "./parse.ts";
export type { MagicRegistry } from "./registry.ts";
export { renderValue } from "./render.ts";
export { createRunner, installRunner } from "./run.ts";
export type { MagicRunner } from "./run.ts";
export { sessionScope } from "./scope.ts";
export { openSession } from "./session.ts";
export type { Session } from "./session.ts";
export type { SplitOptions } from "./split.ts";
