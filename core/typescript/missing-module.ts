import { dirname } from "node:path";
import { packageFolders } from "./file-resolver.ts";

/** Why a specifier leads nowhere, and what may help. */
export interface MissingModule {
  /** A sentence without its first capital and its point. */
  readonly advice: string;
  /** Where a package of that name was looked for; nothing for what is no package. */
  readonly folders?: readonly string[];
  /** The package that could be installed. */
  readonly package?: string;
}

/** Explains that a specifier in the file `from` leads to no file. */
export function explainMissing(specifier: string, from: string): MissingModule {
  if (/^(?:https?|jsr|npm):/u.test(specifier)) {
    const where = "modules come from files and installed packages";
    return { advice: `${where}. Install it with npm, and import it by its name` };
  }
  if (/^(?:\.{0,2}\/|\.{1,2}$|file:|[A-Za-z]:[\\/])/u.test(specifier))
    return { advice: `there is no such file. Looked from ${dirname(from)}` };
  const folders = packageFolders(dirname(from));
  const name = /^(?:@[^/]+\/)?[^/]+/u.exec(specifier)?.[0] ?? specifier;
  const isName = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/u.test(name);
  const advice = `there is no such package. Looked in ${folders.join(", ")}`;
  return { advice, folders, ...(isName ? { package: name } : {}) };
}
