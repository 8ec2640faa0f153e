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
