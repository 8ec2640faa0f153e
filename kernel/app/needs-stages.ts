import { scopeNames } from "../../magics/scope-declarations.ts";

const names: ReadonlySet<string> = new Set(scopeNames);

/**
 * Whether code may use one of core's names: it has a word that is one, or imports a file of the user's that may. Saying so too often
 * costs 20 ms, once.
 */
export function mayUseStages(code: string): boolean {
  if (/["'`]\.{0,2}\//u.test(code)) return true;
  return (code.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []).some((word) => names.has(word));
}

/** Whether a value may be one of core's objects or speak of one, also when core was not loaded to make it: an address of the store. */
export function mayNameStages(value: unknown): boolean {
  const [first] = Array.isArray(value) ? (value as unknown[]) : [value];
  return typeof first === "string" && /^[dr]ref:/u.test(first);
}
