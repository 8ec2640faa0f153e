// The build puts both manifests in: the kernel's first answer names these, and to find and read them takes two milliseconds.
import lightnix from "../../package.json" with { type: "json" };
import typescript from "typescript/package.json" with { type: "json" };

/** The version of Lightnix. */
export const packageVersion: string = lightnix.version;

/** The version of the TypeScript that checks cells: package.json names this one alone. */
export const typescriptVersion: string = typescript.version;
