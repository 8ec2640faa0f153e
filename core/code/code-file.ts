import { hash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { moduleUnits, tryUnits, type ModuleUnits } from "./units.ts";

/** A local file that code imports. */
export type CodeFile =
  /** An ECMAScript module, in pieces. */
  | { readonly kind: "module"; readonly path: string; readonly units: ModuleUnits }
  /** What is taken as a whole. `text` is what tells one state from another. */
  | {
      readonly kind: "commonjs" | "json" | "wasm" | "addon" | "text";
      readonly path: string;
      readonly bytes: Buffer;
      readonly text: string;
    };

interface Known {
  readonly stamp: string;
  readonly file: CodeFile;
}

const known: Map<string, Known> = new Map();
const MAX_KNOWN = 500;

/**
 * Reads a local file as code. What has not changed since is not read again.
 *
 * @throws {LightnixError} `syntax-error`; what the file system throws
 */
export function readCodeFile(path: string): CodeFile {
  const { mtimeMs, ctimeMs, size } = statSync(path);
  const stamp = [mtimeMs, ctimeMs, size].join();
  const before = known.get(path);
  if (before?.stamp === stamp) return before.file;
  if (known.size >= MAX_KNOWN) known.clear();
  const file = read(path);
  known.set(path, { stamp, file });
  return file;
}

function read(path: string): CodeFile {
  const bytes = readFileSync(path);
  const text = bytes
    .toString("utf8")
    .replace(/^\uFEFF/u, "")
    .replace(/^#!/u, "//");
  switch (extname(path)) {
    case ".json":
      return { kind: "json", path, bytes, text };
    case ".txt":
    case ".md":
      return { kind: "text", path, bytes, text };
    case ".wasm":
      return { kind: "wasm", path, bytes, text: digest(bytes) };
    case ".node":
      return { kind: "addon", path, bytes, text: digest(bytes) };
    default:
      return isCommonJs(path, text)
        ? { kind: "commonjs", path, bytes, text }
        : { kind: "module", path, units: moduleUnits(text) };
  }
}

// What only a module can have decides; `.mjs` and `.mts` are modules in any case.
function isCommonJs(path: string, text: string): boolean {
  if (/\.m[jt]s$/u.test(path) || !/\b(?:module\.exports|exports\.|exports\[|require\()/u.test(text))
    return false;
  return tryUnits(text)?.hasModuleSyntax !== true;
}

function digest(bytes: Buffer): string {
  return `sha256:${hash("sha256", bytes, "hex")}`;
}
