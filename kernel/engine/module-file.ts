import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { parseTyped } from "./ast.ts";
import type { Dialect } from "./ast.ts";
import { readCode } from "./code.ts";
import type { Code } from "./code.ts";

/** How a file becomes a module. */
export type Format = "module" | "commonjs" | "json" | "wasm" | "addon";

/** What tells one state of a file from the next. */
export interface Stamp {
  readonly changedMs: number;
  readonly sizeBytes: number;
}

/** A file as it was read. */
export interface ModuleFile {
  readonly path: string;
  readonly stamp: Stamp;
  readonly format: Format;
  readonly bytes: Buffer;
  /** The text, where it is one. */
  readonly text: string;
}

/** Reads a local file that is to become a module. */
export function readModuleFile(path: string): ModuleFile {
  // The stamp first: a change in between shows as one.
  const stamp = stampOf(path) ?? { changedMs: 0, sizeBytes: 0 };
  const bytes = readFileSync(path);
  const text = bytes
    .toString("utf8")
    .replace(/^\uFEFF/u, "")
    .replace(/^#!/u, "//");
  return { path, stamp, bytes, text, format: formatOf(path, text) };
}

/** The state of a file; nothing when it is gone, also when its folder is a file by now. */
export function stampOf(path: string): Stamp | undefined {
  try {
    const { mtimeMs, ctimeMs, size } = statSync(path);
    return { changedMs: Math.max(mtimeMs, ctimeMs), sizeBytes: size };
  } catch {
    return undefined;
  }
}

/** Whether a file is as it was; one that is gone is as one that was not there. */
export function isSameStamp(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a?.changedMs === b?.changedMs && a?.sizeBytes === b?.sizeBytes;
}

/** A module's code, types taken out. */
export function codeOf({ path, text }: ModuleFile): Code {
  const dialect = dialects[extname(path)];
  return readCode(text, { unit: path, folder: dirname(path), ...(dialect === undefined ? {} : { dialect }) });
}

// In all others, elements are understood where they occur.
const dialects: Readonly<Record<string, Dialect>> = {
  ".mts": "ts",
  ".cts": "ts",
  ".tsx": "tsx",
  ".jsx": "tsx",
};

function formatOf(path: string, text: string): Format {
  switch (extname(path)) {
    case ".json":
      return "json";
    case ".wasm":
      return "wasm";
    case ".node":
      return "addon";
    case ".mjs":
    case ".mts":
      return "module";
    case ".cjs":
    case ".cts":
      return parseTyped(text).hasModuleSyntax && !assignsExports(text) ? "module" : "commonjs";
    default:
      return packageType(path) === "module" || !isCommonJs(text) ? "module" : "commonjs";
  }
}

// As Node does for packages that do not say: what only a module can have decides.
function isCommonJs(text: string): boolean {
  if (assignsExports(text)) return true;
  return (
    /\b(?:module\.exports|exports\.|exports\[|require\()/u.test(text) && !parseTyped(text).hasModuleSyntax
  );
}

// `export = lib` is TypeScript's word for `module.exports = lib`.
function assignsExports(text: string): boolean {
  return /^\s*export\s*=[^=]/mu.test(text);
}

function packageType(path: string): unknown {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { type?: unknown }).type;
    } catch {
      // None here.
    }
  }
  return undefined;
}
