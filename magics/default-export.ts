import { scan, scanStart } from "./scan.ts";

/**
 * Gives the default export of a stage cell its type from the context, so that `export default async (build) => {...}`
 * needs no annotation: the space behind `default` becomes `(`, and the suffix closes it. Only when the export is a
 * nameless function with a block and the last statement; any other text comes back as it is. The length never changes.
 */
export function contextualized(text: string): { readonly text: string; readonly suffix: string } {
  const code = topLevelCode(text);
  const start = defaultExport(code);
  const end = start === undefined ? -1 : code.indexOf("}", start);
  if (start === undefined || end < 0 || !/^\s*;?\s*$/u.test(code.slice(end + 1))) return { text, suffix: "" };
  const rest = text.slice(end + 1).split("");
  const semicolon = code.slice(end + 1).indexOf(";");
  if (semicolon >= 0) rest[semicolon] = " ";
  return {
    text: `${text.slice(0, start)}(${text.slice(start + 1, end + 1)}${rest.join("")}`,
    suffix: '\n) satisfies import("lightnix").Realizer<typeof config>;',
  };
}

// The offset of the space behind `export default`, when a function follows.
function defaultExport(code: string): number | undefined {
  const pattern =
    /^export[ \t]+default(?= +(?:async *)?(?:\( *\)[^;{}]*=>|function *\( *\)|[\p{ID_Start}$_][\p{ID_Continue}$]* *=>)[^;{}]*\{)/mu;
  const match = pattern.exec(code);
  return match === null ? undefined : match.index + match[0].length;
}

// The text with everything but code outside of brackets blanked; brackets at that level stay.
function topLevelCode(text: string): string {
  const units = text.split("");
  scan(text, scanStart, (offset, place, depth) => {
    const unit = text.charAt(offset);
    const literal = place === "string" || place === "template" || place === "regex";
    if (/[\n\r\u2028\u2029]/u.test(unit)) return;
    if (place === "comment" || depth > 0) units[offset] = " ";
    else if (literal) units[offset] = "_";
  });
  return units.join("");
}
