// What it is made of: words, numbers, and the signs that neither declare, assign nor begin a comment, a template or a body.
const allowed = /^[\w$ \t.,()[\]+\-*/%&|^~?]+$/u;
const strings = /"[^"\\\r\n]*"|'[^'\\\r\n]*'/gu;
// Two words in a row, words that are more than a name in front of an operand, assignments, comments, and a slash that begins a regular expression.
const doubtful =
  /[\w$][ \t]+[\w$]|\b(?:await|delete|import|in|instanceof|let|new|typeof|void|yield)\b|\+\+|--|\/[*/]|(?:^|[^\w$)\]\t ])[ \t]*\//u;

/**
 * The expression that a text is, without the semicolon behind it, as far as its characters tell that: `model.loss`, `mean(losses) / 2`, `rows.at(-1)`. Such
 * a text is one expression in JavaScript and in TypeScript, which declares, imports, assigns and awaits nothing, or it is an error in both; it stays what it is
 * in parentheses. Nothing for all others, of which most are expressions too: these have to be parsed.
 */
export function loneExpression(text: string): string | undefined {
  const trimmed = text.trimEnd();
  const bare = trimmed.endsWith(";") ? trimmed.slice(0, -1).trimEnd() : trimmed;
  if (bare.includes("\n")) return undefined;
  const outline = bare.replace(strings, "0");
  return allowed.test(outline) && !doubtful.test(outline) && isBalanced(outline) ? bare : undefined;
}

// `a) + (b` is no expression, and becomes one in parentheses.
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
