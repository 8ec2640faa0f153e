import { isBuiltin } from "node:module";
import { join } from "node:path";
import { pythonHint, undeclaredHint } from "./beginner-hints.ts";
import { editDistance, nearest } from "../../core/nearest.ts";
import { explainMissing } from "../../core/typescript/missing-module.ts";
import type { Diagnostic } from "./diagnose.ts";
import { foreignName } from "./foreign-names.ts";
import { replacedHint } from "./replaced-hint.ts";
import type { ReplacedSources } from "./replaced-hint.ts";

/** What the compiler does not know of a notebook: it is shown those names of earlier cells alone that a cell mentions. */
export interface HintSources extends ReplacedSources {
  /** The notebook's folder. */
  readonly folder: string;
  /** Whether the user's tsconfig.json chooses the libraries; else they are what this version of Node has built in. */
  readonly choosesLibraries: boolean;
  /** What the user typed. */
  readonly text: string;
  /** Whether it is the first thing to be said of the cell. */
  readonly isFirst: boolean;
}

/** Adds what may help: a name that was meant, where a package was looked for, what this version of Node lacks. */
export function withHint(diagnostic: Diagnostic, sources: HintSources): Diagnostic {
  const { names, folder, choosesLibraries, text, isFirst } = sources;
  const foreign = foreignName(diagnostic.message);
  if (foreign !== undefined && !names.has(foreign.name))
    return { ...diagnostic, message: `${foreign.message}\n  ${foreign.hint}` };
  const python = isFirst ? pythonHint(diagnostic, text) : undefined;
  if (python !== undefined) return { ...diagnostic, message: `${diagnostic.message}\n  ${python}` };
  const replaced = replacedHint(diagnostic, sources);
  if (replaced !== undefined) return { ...diagnostic, message: `${diagnostic.message}\n  ${replaced}` };
  if (/\btarget library\b/u.test(diagnostic.message) && !choosesLibraries) {
    const message = diagnostic.message.replace(
      / Do you need to change your target library\?.*$/u,
      ` Node ${process.versions.node} does not have it.`,
    );
    return { ...diagnostic, message };
  }
  if (/^Property '[^']+' does not exist on type 'Promise</u.test(diagnostic.message))
    return {
      ...diagnostic,
      message: `${diagnostic.message}\n  A promise has to be awaited first: (await ...)`,
    };
  const lacking = /^Cannot find (?:name|module) '(?<module>node:[^']+)'/u.exec(diagnostic.message)?.groups?.[
    "module"
  ];
  if (lacking !== undefined && !isBuiltin(lacking)) {
    const message = `Cannot find module '${lacking}'. Node ${process.versions.node} does not have it.`;
    return { ...diagnostic, message };
  }
  const missing = /^Cannot find module '(?<module>[^']+)'/u.exec(diagnostic.message)?.groups?.["module"];
  if (missing !== undefined) {
    const written = specifierAt(text, diagnostic) ?? missing;
    const { advice } = explainMissing(written, join(folder, "notebook.ts"));
    const message = diagnostic.message.replace(`'${missing}'`, `'${written}'`);
    const length = diagnostic.length + written.length - missing.length;
    return { ...diagnostic, length, message: `${message}\n  ${capital(advice)}` };
  }
  const unknown = /^Cannot find name '(?<name>[^']+)'\.(?: Did you mean '(?<other>[^']+)'\?)?$/u.exec(
    diagnostic.message,
  )?.groups;
  const name = unknown?.["name"];
  const near = name === undefined ? undefined : nearest(name, names.keys());
  if (name === undefined) return diagnostic;
  const undeclared = near === undefined ? undeclaredHint(diagnostic, text) : undefined;
  if (undeclared !== undefined)
    return { ...diagnostic, message: `Cannot find name '${name}'.\n  ${undeclared}` };
  if (near === undefined) return diagnostic;
  // The compiler's own idea may be the better one.
  const { other } = unknown ?? {};
  if (other !== undefined && editDistance(name, other) < editDistance(name, near)) return diagnostic;
  const cell = names.get(near)?.title;
  const where = cell === undefined ? "" : ` Cell ${cell} declares it.`;
  return { ...diagnostic, message: `Cannot find name '${name}'. Did you mean '${near}'?${where}` };
}

// The compiler is shown what `npm:` leads to.
function specifierAt(text: string, { line, column }: Diagnostic): string | undefined {
  const rest = text.split(/\r\n|\n|\r/u)[line]?.slice(column) ?? "";
  return /^["'](?<written>(?:npm|jsr):[^"']+)["']/u.exec(rest)?.groups?.["written"];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
