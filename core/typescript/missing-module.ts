import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageFolders } from "./file-resolver.ts";
import { installCommand, registrySpecifier } from "./registry-specifier.ts";

/** Why a specifier leads nowhere, and what may help. */
export interface MissingModule {
  /** A sentence without its first capital and its point. */
  readonly advice: string;
  /** Where a package of that name was looked for; nothing for what is no package. */
  readonly folders?: readonly string[];
  /** The command that may install it. */
  readonly install?: string;
}

/** Explains that a specifier in the file `from` leads to no file. */
export function explainMissing(specifier: string, from: string): MissingModule {
  if (/^https?:/u.test(specifier)) return explainAddress(specifier);
  if (/^(?:\.{0,2}\/|\.{1,2}$|file:|[A-Za-z]:[\\/])/u.test(specifier))
    return { advice: `there is no such file. Looked from ${dirname(from)}` };
  const folders = packageFolders(dirname(from));
  const hidden = explainHidden(specifier, folders);
  if (hidden !== undefined) return hidden;
  const advice = `there is no such package. Looked in ${folders.join(", ")}`;
  const asked = registrySpecifier(specifier);
  if (asked !== undefined) return { advice, folders, install: installCommand(asked) };
  const name = packageIn(specifier);
  const isName = /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/u.test(name);
  return { advice, folders, ...(isName && { install: `npm install ${name}` }) };
}

const mostPaths = 8;

/** Explains that a package is there, and has not what is asked of it. */
function explainHidden(specifier: string, folders: readonly string[]): MissingModule | undefined {
  const name = packageIn(specifier);
  const home = folders
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, manifest)));
  if (home === undefined) return undefined;
  const there = `the package "${name}" is there, in ${dirname(home)}`;
  const { main, exports } = manifestOf(home);
  if (name === specifier) {
    const promised =
      typeof main === "string"
        ? ` its main file, "${main}", which may have to be built first`
        : " a file to import";
    return { advice: `${there}, but lacks${promised}` };
  }
  const paths = pathsIn(exports).map((path) => `"${join(name, path)}"`);
  const more = paths.length > mostPaths ? ", ..." : "";
  const offered = paths.length === 0 ? "" : `. It offers ${paths.slice(0, mostPaths).join(", ")}${more}`;
  return { advice: `${there}, but has nothing of that name${offered}` };
}

const manifest = "package.json";

function manifestOf(home: string): { readonly main?: unknown; readonly exports?: unknown } {
  try {
    return (JSON.parse(readFileSync(join(home, manifest), "utf8")) as object | null) ?? {};
  } catch {
    return {};
  }
}

function pathsIn(exports: unknown): string[] {
  if (typeof exports !== "object" || exports === null) return [];
  return Object.keys(exports).filter((path) => path === "." || /^\.\/[^*]*$/u.test(path));
}

function packageIn(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/u.exec(specifier)?.[0] ?? specifier;
}

// Networks of which the paths begin with the package.
const networks =
  /^https?:\/\/(?:esm\.sh|esm\.run|cdn\.skypack\.dev|unpkg\.com|cdn\.jsdelivr\.net\/npm|ga\.jspm\.io)\/(?:v\d+\/|stable\/|\*?(?:npm:)?)(?<package>(?:@[\w.~-]+\/)?[\w.~-]+)(?:@(?<version>[\w.^~-]+))?/u;

function explainAddress(address: string): MissingModule {
  const why = "modules come from files and installed packages, and not from addresses";
  const { package: name, version } = networks.exec(address)?.groups ?? {};
  if (name === undefined)
    return { advice: `${why}. Download it, or install the package and import it by its name` };
  const advice = `${why}. Import "${name}", the package`;
  return {
    advice,
    install: installCommand({
      registry: "npm",
      name,
      installed: name,
      ...(version !== undefined && { version }),
    }),
  };
}
