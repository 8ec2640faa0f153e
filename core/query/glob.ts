/**
 * The pattern of a glob over names: `*` is any text, `?` any character, `[a-c]` and `[!a-c]` one of several, `{a,b}` either.
 * All else, dots included, is what it is. (Names hold no slash, so there is no `**`.)
 */
export function globPattern(glob: string): RegExp {
  let depth = 0;
  const body = glob.replaceAll(/\[!?[^\]]+\]|[*?{},]|[^\w]/gu, (part) => {
    if (part.length > 1 && part.startsWith("[")) return characterClass(part);
    if (part === "*") return ".*";
    if (part === "?") return ".";
    if (part === "{") return (depth++, "(?:");
    if (part === "}" && depth > 0) return (depth--, ")");
    if (part === "," && depth > 0) return "|";
    return escaped(part);
  });
  // A brace that is never closed stands for itself.
  return depth === 0 ? new RegExp(`^${body}$`, "su") : new RegExp(`^${escaped(glob)}$`, "u");
}

function characterClass(part: string): string {
  const negated = part.startsWith("[!");
  const characters = part.slice(negated ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
  return `[${negated ? "^" : ""}${characters}]`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
