import type { Diagnostic } from "./diagnose.ts";

const python =
  /^\s*(?:(?:def|class|for|if|elif|else|while|with|try|except)\b[^{]*:\s*(?:[^{]*)$|from\s+[\w.]+\s+import\b|import\s+[\w.]+\s+as\b)/u;

/** What to write instead of a name that is only assigned to, as consoles and other languages allow. */
export function undeclaredHint({ line, column, length }: Diagnostic, text: string): string | undefined {
  const typed = lineOf(text, line);
  const isFirst = typed.slice(0, column).trim() === "";
  const isAssigned = /^\s*=(?![=>])/u.test(typed.slice(column + length));
  if (!isFirst || !isAssigned) return undefined;
  const name = typed.slice(column, column + length);
  return `A new name is declared: const ${name} = ..., or let where it changes`;
}

/** What to write instead of a statement of Python, of which the compiler says only which sign it does not expect. */
export function pythonHint({ code, line }: Diagnostic, text: string): string | undefined {
  const typed = lineOf(text, line);
  const isSyntax = code >= 1000 && code < 2000;
  if (!isSyntax || !python.test(typed)) return undefined;
  const whole = /^\s*import\s+(?<module>[\w.]+)\s+as\s+(?<name>\w+)/u.exec(typed)?.groups;
  if (whole !== undefined) return inTypeScript(`import * as ${whole["name"]} from "${whole["module"]}"`);
  const parts = /^\s*from\s+(?<module>[\w.]+)\s+import\s+(?<names>\w[\w, ]*)/u.exec(typed)?.groups;
  if (parts !== undefined)
    return inTypeScript(`import { ${parts["names"]?.trim()} } from "${parts["module"]}"`);
  const loop = /^\s*for\s+(?<name>\w+)\s+in\b/u.exec(typed)?.groups;
  if (loop !== undefined) return inTypeScript(`for (const ${loop["name"]} of list) { ... }`);
  if (/^\s*def\b/u.test(typed)) return inTypeScript("function name(argument: number) { ... }");
  return inTypeScript("braces hold a block, and round brackets a condition");
}

function inTypeScript(advice: string): string {
  return `That reads like Python. In TypeScript: ${advice}`;
}

function lineOf(text: string, line: number): string {
  return text.split(/\r\n|\n|\r/u)[line] ?? "";
}
