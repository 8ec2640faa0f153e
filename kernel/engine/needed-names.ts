import { ImportError } from "./errors.ts";
import type { Namespace } from "./namespace.ts";
import type { Dependency } from "./rewrite-module.ts";

/** An error that names the place in the user's text that led to it. */
export function placed(error: unknown, place: string): unknown {
  if (error instanceof ImportError) error.stack = `${error.name}: ${error.message}\n    at ${place}`;
  return error;
}

/**
 * Checks that a module exports the names that an importer needs.
 *
 * @throws ImportError `missing-export`
 */
export function requireNames(
  namespace: Readonly<Namespace>,
  { specifier, needed, at }: Omit<Dependency, "mayBeTypes">,
  unit: string,
): void {
  const missing = needed.find((name) => !(name in namespace));
  if (missing === undefined) return;
  throw placed(missingExport(namespace, specifier, missing), `${unit}:${at.line}:${at.column}`);
}

/** An error that says what a module exports, and that one name is not among it. */
export function missingExport(
  namespace: Readonly<Namespace>,
  specifier: string,
  missing: string,
): ImportError {
  const exported = Object.keys(namespace);
  const list = exported.length > 12 ? `${exported.slice(0, 12).join(", ")}, ...` : exported.join(", ");
  const message = `Cannot import "${missing}" from "${specifier}": it exports ${list === "" ? "nothing" : list}`;
  return new ImportError("missing-export", message, { data: { specifier, missing, exported } });
}
