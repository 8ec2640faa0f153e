import { createRequire } from "node:module";
import type * as Swc from "@swc/wasm-typescript";
import { parseSync } from "oxc-parser";
import type { Program } from "oxc-parser";
import { MagicError } from "../errors.ts";

// The package's entry is CommonJS with getters that ESM named imports do not see.
const swc = createRequire(import.meta.url)("@swc/wasm-typescript") as typeof Swc;

/** JavaScript with its syntax tree (ESTree, offsets in UTF-16 units of `code`). */
export interface PlainCode {
  /** The code without types: as long as what it came from, where `keepsPlaces`. */
  readonly code: string;
  readonly program: Program;
  /** Whether offsets and lines are those of the TypeScript. Enums and namespaces cost that. */
  readonly keepsPlaces: boolean;
}

/**
 * Takes the types out of a module's text and parses the rest.
 *
 * @throws MagicError `syntax-error` with the line, when the text is not TypeScript.
 */
export function plainCode(typescript: string): PlainCode {
  const { code, keepsPlaces } = withoutTypes(typescript);
  const { program, errors } = parseSync("cell.mjs", code, { lang: "js", sourceType: "module", range: true });
  const [error] = errors;
  if (error !== undefined) {
    const offset = error.labels[0]?.start ?? 0;
    const line = code.slice(0, offset).split("\n").length;
    throw new MagicError("syntax-error", `Cannot read the cell: ${error.message} (line ${line})`, { line });
  }
  return { code, program, keepsPlaces };
}

function withoutTypes(typescript: string): { code: string; keepsPlaces: boolean } {
  try {
    return { code: swc.transformSync(typescript, { mode: "strip-only" }).code, keepsPlaces: true };
  } catch (error) {
    if (property(error, "code") === "UnsupportedSyntax") {
      try {
        return { code: swc.transformSync(typescript, { mode: "transform" }).code, keepsPlaces: false };
      } catch (second) {
        throw syntaxError(second);
      }
    }
    throw syntaxError(error);
  }
}

function syntaxError(error: unknown): MagicError {
  const message = String(property(error, "message") ?? error).split("\n")[0] ?? "";
  const line = property(error, "startLine");
  const where = typeof line === "number" ? ` (line ${line})` : "";
  return new MagicError(
    "syntax-error",
    `Cannot read the cell: ${message}${where}`,
    { line },
    { cause: error },
  );
}

// What swc throws are plain objects.
function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
