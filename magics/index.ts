// What runs magics, and all of core with it. Whoever only has to know them takes what it needs from the files themselves.
export type { MagicCompletions } from "./complete.ts";
export type { CellHost } from "./host.ts";
export type { MagicRegistry } from "./registry.ts";
export { hasView, renderValue } from "./render.ts";
export { createRunner } from "./run.ts";
export type { MagicRunner } from "./run.ts";
export { sessionScope } from "./scope.ts";
export { openSession } from "./session.ts";
export type { SplitOptions } from "./split.ts";
