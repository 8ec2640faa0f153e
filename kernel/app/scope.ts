import { join } from "node:path";
import { packageRoot } from "./package.ts";

/** Where the declarations of the modules lie that the kernel itself provides to cells. */
export const providedDeclarations: Readonly<
  Record<"lightnix" | "lightnix/comms" | "lightnix/display" | "lightnix/widgets" | "tslab", readonly string[]>
> = {
  lightnix: [join(packageRoot, "dist", "core", "index.d.ts")],
  "lightnix/comms": [join(packageRoot, "dist", "kernel", "comms", "module.d.ts")],
  "lightnix/widgets": [join(packageRoot, "dist", "kernel", "comms", "widgets", "module.d.ts")],
  "lightnix/display": [join(packageRoot, "dist", "kernel", "display", "index.d.ts")],
  tslab: [join(packageRoot, "dist", "kernel", "display", "tslab-module.d.ts")],
};

/** Declarations, for the language service, of the names that every cell has from the kernel itself. */
export const kernelDeclarations: string = `
/** Displays a value, or a MIME bundle, in the running cell. */
declare const display: import("lightnix/display").Display;
/** Clears what the running cell has shown; with \`wait\`, when it shows something new. */
declare function clearOutput(options?: { wait?: boolean }): void;
/** Asks the user for a line. */
declare function input(prompt?: string): Promise<string>;
/** Asks the user for a line that is not shown as it is typed. */
declare function password(prompt?: string): Promise<string>;
/** The last result of a cell; \`__\` and \`___\` are those before, \`_5\` is that of cell [5]. */
declare const _: any;
/** The result before the last. */
declare const __: any;
/** The result before that. */
declare const ___: any;
/** The results of cells, by their number. Objects of which nothing else has hold are there until memory is needed; the last three always. */
declare const Out: Readonly<Record<number, any>>;
/** What cells were, by their number. */
declare const In: readonly string[];
/** Of Deno, what shows things in notebooks. */
declare namespace Deno {
  const jupyter: import("lightnix/display").DenoJupyter;
}
/** WebAssembly without declarations of its own (\`add.d.wasm.ts\`) may export anything. */
declare module "*.wasm";
declare const require: NodeJS.Require;
declare const module: NodeJS.Module;
declare const exports: any;
declare const __filename: string;
declare const __dirname: string;
`;
