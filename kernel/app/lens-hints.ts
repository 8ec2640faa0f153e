import type { Diagnostic } from "../language/diagnose.ts";

const unknownField =
  /^Property '(?<field>[^']+)' does not exist on type '(?<type>Stage|DRef|RRef|SelfPath)\b/u;

/**
 * What to write instead of a field that is looked for at a stage or a realization itself, as in other libraries: what they have been made
 * with, and what they have made, is reached by a lens. `line` is what the user typed.
 */
export function lensHint({ message, column }: Diagnostic, line: string): string | undefined {
  const { field, type } = unknownField.exec(message)?.groups ?? {};
  if (field === undefined) return undefined;
  const name = /(?<name>[\p{ID_Start}$_][\p{ID_Continue}$]*)\s*\??\.\s*$/u.exec(line.slice(0, column))
    ?.groups?.["name"];
  if (type === "RRef")
    return `What a realization has is seen through a lens: lens(${name ?? "rref"}).${field}`;
  if (type === "SelfPath")
    return `It is a promise of the config. The file of a realization is lens(await realize(stage)).${name ?? "field"}`;
  const stage = name ?? "stage";
  return `What a stage has is seen through a lens: %lens ${stage}.${field}, or lens(await realize(${stage})).${field}`;
}
