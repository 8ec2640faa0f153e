import { createRequire } from "node:module";
import type * as Esbuild from "esbuild";
import type * as Oxc from "oxc-parser";
import type { ParseResult, Program } from "oxc-parser";
import { LightnixError } from "../errors.ts";
import { isSameCode } from "../typescript/same-code.ts";
import { stripTypes } from "../typescript/strip-types.ts";

// Loaded by the first stage with code: 60 ms that whoever only reads a store does not pay.
const load = createRequire(import.meta.url);
const oxc = (): typeof Oxc => load("oxc-parser") as typeof Oxc;
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
  const typed = parse(typescript, "ts");
  const code = typed.errors.length === 0 ? stripTypes(typescript, typed.program) : undefined;
  if (code !== undefined) {
    const { program, errors } = parse(code, "js");
    if (errors.length === 0 && isSameCode(typed.program, program))
      return { code, program, keepsPlaces: true };
  }
  const printed = lowered(typescript, typed.errors);
  const { program, errors } = parse(printed, "js");
  if (errors.length > 0) throw syntaxError(printed, errors);
  return { code: printed, program, keepsPlaces: false };
}

function parse(code: string, lang: "ts" | "tsx" | "js"): ParseResult {
  return oxc().parseSync(`cell.${lang}`, code, { lang, sourceType: "module", range: true });
}

// Elements, enums, namespaces and what else is more than types: printed anew in plain JavaScript. To ask the parser again what
// is broken costs a hundredth of what the compiler takes for it.
function lowered(typescript: string, errors: ParseResult["errors"]): string {
  const loader = errors.length === 0 ? "ts" : "tsx";
  if (loader === "tsx" && parse(typescript, "tsx").errors.length > 0) throw syntaxError(typescript, errors);
  try {
    return esbuild().transformSync(typescript, { loader, ...lowering }).code;
  } catch (error) {
    // Where it has no errors to tell, the compiler itself is at fault.
    if (property(error, "errors") === undefined) throw error;
    throw syntaxError(typescript, errors);
  }
}

const lowering = {
  target: "esnext",
  supported: { decorators: false, using: false },
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, jsx: "react-jsx" } },
} as const;

function syntaxError(code: string, [error]: ParseResult["errors"]): LightnixError {
  const line = code.slice(0, error?.labels[0]?.start ?? 0).split("\n").length;
  const message = `Cannot read the code: ${error?.message ?? "it is no TypeScript"} (line ${line})`;
  return new LightnixError("syntax-error", message, { data: { line } });
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
