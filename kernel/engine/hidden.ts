// oxlint-disable typescript/unbound-method -- The method is wrapped, and applied to what it was called on.
/**
 * The names that rewritten code uses and no user types, and the way back from rewritten code to what was typed.
 *
 * Nothing in them depends on a cell's number, a path or the time: the text of a function is the same wherever it is
 * evaluated, and {@link restoreTyped} gives exactly what was typed (types aside).
 */
export const hidden: Readonly<
  Record<"cell" | "check" | "import" | "meta" | "namespaces" | "imports" | "default" | "exports", string>
> = {
  /** The engine's end of a cell: `$$cell[7].value`. Only at the top level of a cell. */
  cell: "$$cell",
  /** Throws when the cell that the calling code belongs to has been interrupted, else gives back what it is given. */
  check: "$$check",
  /** `import(...)`. */
  import: "$$import",
  /** `import.meta`. */
  meta: "$$meta",
  /** The namespaces of the modules that a module imports from. */
  namespaces: "$$n",
  /** What a module imports, by local name: `$$m.readFile`. */
  imports: "$$m",
  /** What a module exports by default. */
  default: "$$d",
  /** Takes the getters of a module's exports. */
  exports: "$$x",
};

/** A name for something that the compiler declares in a cell: a second cell, or a second run, has its own. */
export function addedName(name: string, serial: number): string {
  return `${name}${apart}${serial}${apart}`;
}

/** Ends the names of bindings that would otherwise hide a global of the whole process from every library. */
export const apart: string = "\u02B9";

/** Stands behind the `:` where `{ name }` had to become `{ name: other }`. */
export const shorthandMark = "/**/" as const;

const word = "[\\p{ID_Start}$_][\\p{ID_Continue}$]*?";

const wayBack: readonly (readonly [RegExp, string])[] = [
  [/\$\$check\(\);/gu, ""],
  [/\$\$import\(/gu, "import("],
  [/\$\$meta\b/gu, "import.meta"],
  // A `;` of our own goes with `(1,`, so that a typed one before `(0,` stays.
  [new RegExp(`;\\(1,\\$\\$m\\.(${word})\\)`, "gu"), "$1"],
  [new RegExp(`\\(0,\\$\\$m\\.(${word})\\)`, "gu"), "$1"],
  [new RegExp(`(${word}):/\\*\\*/\\$\\$m\\.\\1(?![\\p{ID_Continue}$])`, "gu"), "$1"],
  [/\$\$m\./gu, ""],
  [new RegExp(`(${word}):/\\*\\*/\\1${apart}`, "gu"), "$1"],
  [new RegExp(`${apart}\\d+${apart}`, "gu"), ""],
  [new RegExp(`(?<=[\\p{ID_Continue}$])${apart}`, "gu"), ""],
];

const toldName = new RegExp(
  `^(${word})${apart}+(?=(?:[.[(].*)? is not (?:defined|a function|a constructor|iterable))`,
  "u",
);
const untouchedName = new RegExp(`^(Cannot access '${word})${apart}+(?=' before initialization$)`, "u");

/** A message of V8's about a name, with the name as it was typed. */
export function restoreName(message: string): string {
  return message.replace(toldName, "$1").replace(untouchedName, "$1");
}

/** What was typed, types aside, from the text of a rewritten function. */
export function restoreTyped(text: string): string {
  if (!text.includes("$$") && !text.includes(apart)) return text;
  return wayBack.reduce((restored, [pattern, typed]) => restored.replaceAll(pattern, typed), text);
}

/**
 * Makes functions tell the text that was typed (`String(f)`): code that looks at the source of a function, to compare
 * or to ship it, must not see the rewriting. Gives the way back.
 */
export function installTypedSources(): () => void {
  const before = Function.prototype.toString;
  const { toString } = {
    toString(this: unknown): string {
      return restoreTyped(Reflect.apply<unknown, [], string>(before, this, []));
    },
  };
  Object.defineProperty(Function.prototype, "toString", {
    value: toString,
    writable: true,
    configurable: true,
  });
  return () => {
    Object.defineProperty(Function.prototype, "toString", {
      value: before,
      writable: true,
      configurable: true,
    });
  };
}
