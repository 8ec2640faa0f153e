import { inspect } from "node:util";

/** What was thrown and is no error, as a text of one line; a text is itself. */
export function thrownText(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  try {
    return inspect(thrown, { depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 500 });
  } catch {
    return "an object that cannot be shown";
  }
}
