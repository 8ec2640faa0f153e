import { editDistance, nearest } from "../../core/nearest.ts";
import type { ErrorFacts } from "./error-facts.ts";
import { libraryOf } from "./library-of.ts";
import { lookup } from "./lookup.ts";
import { readPlain } from "./read-plain.ts";
import type { SessionNames } from "./session-names.ts";

/** What helps with an error that says that a name is not defined: which one may have been meant, and which cell declares it; that a package wants a browser, or that its default export is inside of what was imported. */
export function nameHint({ name, message, frames }: ErrorFacts, names: SessionNames): string | undefined {
  if (name === "TypeError") return defaultHint(message, names);
  const wanted = /^(?<name>\S+) is not defined$/u.exec(message)?.groups?.["name"];
  if (name !== "ReferenceError" || wanted === undefined) return undefined;
  const cell = /^_(?<cell>[1-9]\d*)$/u.exec(wanted)?.groups?.["cell"];
  if (cell !== undefined) return `Cell [${cell}] has no result, or one that nothing holds any more.`;
  const library = libraryOf(frames[0] ?? "");
  if (library !== undefined) return browserHint(library, wanted);
  // Of two that are as near, the one that somebody has declared.
  const declared = names
    .all()
    .toSorted((a, b) => Number(b.cell !== undefined) - Number(a.cell !== undefined));
  const own = nearest(
    wanted,
    declared.map((one) => one.name),
  );
  const global = nearest(wanted, Object.getOwnPropertyNames(globalThis));
  const isOwn =
    own !== undefined && (global === undefined || distance(wanted, own) <= distance(wanted, global));
  const meant = isOwn ? own : global;
  if (meant === undefined || meant === wanted) return undefined;
  const declaring = isOwn ? names.get(meant)?.cell : undefined;
  return `Did you mean "${meant}"?${declaring === undefined ? "" : ` Cell ${declaring} declares it.`}`;
}

// Types may say that a package's default export is imported where Node, as it does for CommonJS, imports all that there is.
function defaultHint(message: string, names: SessionNames): string | undefined {
  const wanted = /^(?<name>[\p{ID_Continue}$]+) is not a (?:function|constructor)$/u.exec(message)?.groups?.[
    "name"
  ];
  const origin = wanted === undefined ? undefined : names.get(wanted)?.origin;
  if (wanted === undefined || origin?.imported !== "default") return undefined;
  const value = lookup(wanted, names)?.value;
  const isWhole =
    typeof value === "object" && value !== null && typeof readPlain(value, "default") === "function";
  if (!isWhole) return undefined;
  return `"${origin.specifier}" is CommonJS, of which Node imports all as "${wanted}": const { default: ${wanted}Itself } = ${wanted} as any;`;
}

const ofBrowsers: ReadonlySet<string> = new Set([
  "self",
  "window",
  "document",
  "HTMLElement",
  "Element",
  "location",
]);

function browserHint(library: string, wanted: string): string | undefined {
  if (!ofBrowsers.has(wanted)) return undefined;
  const figures = library.startsWith("plotly.js") ? " A figure, { data, layout }, is drawn without it." : "";
  return `"${library}" is made for browsers, and Node has no "${wanted}".${figures}`;
}

function distance(a: string, b: string): number {
  return editDistance(a.toLowerCase(), b.toLowerCase());
}
