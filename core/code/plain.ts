import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";
import type * as Swc from "@swc/wasm-typescript";
import type * as Oxc from "oxc-parser";
import type { Program } from "oxc-parser";
import { LightnixError } from "../errors.ts";

// Loaded by the first stage with code: 60 ms that whoever only reads a store does not pay.
const load = createRequire(import.meta.url);
const oxc = (): typeof Oxc => load("oxc-parser") as typeof Oxc;
const swc = (): typeof Swc => load("@swc/wasm-typescript") as typeof Swc;
const esbuild = (): typeof Esbuild => load("esbuild") as typeof Esbuild;

/** JavaScript with its syntax tree (ESTree, offsets in UTF-16 units of `code`). */
export interface PlainCode {
  /** The code without types: as long as what it came from, where `keepsPlaces`. */
  readonly code: string;
  readonly program: Program;
  /** Whether offsets and lines are those of the TypeScript. Elements, enums and namespaces cost that. */
  readonly keepsPlaces: boolean;
}

/**
 * Takes the types out of a module's text and parses the rest.
 *
 * @throws {LightnixError} `syntax-error` with the line, when the text is not TypeScript
 */
export function plainCode(typescript: string): PlainCode {
  const { code, keepsPlaces } = withoutTypes(typescript);
  const { program, errors } = oxc().parseSync("cell.mjs", code, {
    lang: "js",
    sourceType: "module",
    range: true,
  });
  const [error] = errors;
  if (error !== undefined) {
    const offset = error.labels[0]?.start ?? 0;
    const line = code.slice(0, offset).split("\n").length;
    throw new LightnixError("syntax-error", `Cannot read the code: ${error.message} (line ${line})`, {
      data: { line },
    });
  }
  return { code, program, keepsPlaces };
}

function withoutTypes(typescript: string): { code: string; keepsPlaces: boolean } {
  try {
    const code = swc().transformSync(typescript, { mode: "strip-only" }).code;
    return { code, keepsPlaces: true };
  } catch (error) {
    if (property(error, "code") === undefined) throw error;
    return { code: lowered(typescript, error), keepsPlaces: false };
  }
}

// Elements, enums, namespaces and what else is more than types: printed anew in plain JavaScript.
function lowered(typescript: string, problem: unknown): string {
  const loaders = ["ts", "tsx"] as const;
  for (const loader of loaders) {
    try {
      return esbuild().transformSync(typescript, { loader, ...lowering }).code;
    } catch (error) {
      // Where it has no errors to tell, the compiler itself is at fault.
      if (property(error, "errors") === undefined) throw error;
    }
  }
  throw syntaxError(problem);
}

const lowering = {
  target: "esnext",
  supported: { decorators: false, using: false },
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, jsx: "react-jsx" } },
} as const;

function syntaxError(error: unknown): LightnixError {
  const message = String(property(error, "message") ?? error).split("\n")[0] ?? "";
  const line = property(error, "startLine");
  const where = typeof line === "number" ? ` (line ${line})` : "";
  return new LightnixError("syntax-error", `Cannot read the code: ${message}${where}`, {
    cause: error,
    data: { line },
  });
}

// What swc throws are plain objects.
function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
