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

/** The diagnostic with what may help; nothing when there is nothing to be said of it. */
type Hint = (diagnostic: Diagnostic, sources: HintSources) => Diagnostic | undefined;

// The first that has something to say is the only one.
const hints: readonly Hint[] = [
  ofForeignName,
  ofPython,
  ofReplaced,
  ofNewerLibrary,
  ofPromise,
  ofNewerModule,
  ofMissingModule,
  ofUnknownName,
];

/** Adds what may help: a name that was meant, where a package was looked for, what this version of Node lacks. */
export function withHint(diagnostic: Diagnostic, sources: HintSources): Diagnostic {
  for (const hint of hints) {
    const hinted = hint(diagnostic, sources);
    if (hinted !== undefined) return hinted;
  }
  return diagnostic;
}

function ofForeignName(diagnostic: Diagnostic, { names }: HintSources): Diagnostic | undefined {
  const foreign = foreignName(diagnostic.message);
  if (foreign === undefined || names.has(foreign.name)) return undefined;
  return saying(diagnostic, foreign.message, foreign.hint);
}

function ofPython(diagnostic: Diagnostic, { text, isFirst }: HintSources): Diagnostic | undefined {
  const python = isFirst ? pythonHint(diagnostic, text) : undefined;
  return python === undefined ? undefined : saying(diagnostic, diagnostic.message, python);
}

function ofReplaced(diagnostic: Diagnostic, sources: HintSources): Diagnostic | undefined {
  const replaced = replacedHint(diagnostic, sources);
  return replaced === undefined ? undefined : saying(diagnostic, diagnostic.message, replaced);
}

function ofNewerLibrary(diagnostic: Diagnostic, { choosesLibraries }: HintSources): Diagnostic | undefined {
  if (choosesLibraries || !/\btarget library\b/u.test(diagnostic.message)) return undefined;
  const question = / Do you need to change your target library\?.*$/u;
  return saying(diagnostic, diagnostic.message.replace(question, ` ${notInThisNode}`));
}

function ofPromise(diagnostic: Diagnostic): Diagnostic | undefined {
  if (!/^Property '[^']+' does not exist on type 'Promise</u.test(diagnostic.message)) return undefined;
  return saying(diagnostic, diagnostic.message, "A promise has to be awaited first: (await ...)");
}

function ofNewerModule(diagnostic: Diagnostic): Diagnostic | undefined {
  const { module } =
    /^Cannot find (?:name|module) '(?<module>node:[^']+)'/u.exec(diagnostic.message)?.groups ?? {};
  if (module === undefined || isBuiltin(module)) return undefined;
  return saying(diagnostic, `Cannot find module '${module}'. ${notInThisNode}`);
}

function ofMissingModule(diagnostic: Diagnostic, { folder, text }: HintSources): Diagnostic | undefined {
  const { module } =
    /^Cannot find module (?:or type declarations for side-effect import of )?'(?<module>[^']+)'/u.exec(
      diagnostic.message,
    )?.groups ?? {};
  if (module === undefined) return undefined;
  const written = specifierAt(text, diagnostic) ?? module;
  const { advice } = explainMissing(written, join(folder, "notebook.ts"));
  const message = diagnostic.message.replace(`'${module}'`, `'${written}'`);
  const length = diagnostic.length + written.length - module.length;
  return saying({ ...diagnostic, length }, message, capital(advice));
}

function ofUnknownName(diagnostic: Diagnostic, { names, text }: HintSources): Diagnostic | undefined {
  const { name, other } =
    /^Cannot find name '(?<name>[^']+)'\.(?: Did you mean '(?<other>[^']+)'\?)?$/u.exec(diagnostic.message)
      ?.groups ?? {};
  if (name === undefined) return undefined;
  const near = nearest(name, names.keys());
  if (near === undefined) {
    const undeclared = undeclaredHint(diagnostic, text);
    return undeclared === undefined
      ? undefined
      : saying(diagnostic, `Cannot find name '${name}'.`, undeclared);
  }
  // The compiler's own idea may be the better one.
  if (other !== undefined && editDistance(name, other) < editDistance(name, near)) return undefined;
  const cell = names.get(near)?.title;
  const where = cell === undefined ? "" : ` Cell ${cell} declares it.`;
  return saying(diagnostic, `Cannot find name '${name}'. Did you mean '${near}'?${where}`);
}

const notInThisNode = `Node ${process.versions.node} does not have it.`;

function saying(diagnostic: Diagnostic, message: string, hint?: string): Diagnostic {
  return { ...diagnostic, message: hint === undefined ? message : `${message}\n  ${hint}` };
}

// The compiler is shown what `npm:` leads to.
function specifierAt(text: string, { line, column }: Diagnostic): string | undefined {
  const rest = text.split(/\r\n|\n|\r/u)[line]?.slice(column) ?? "";
  return /^["'](?<written>(?:npm|jsr):[^"']+)["']/u.exec(rest)?.groups?.["written"];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
