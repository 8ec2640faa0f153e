import { didYouMean } from "../core/nearest.ts";
import { foreignMagic } from "./foreign-magics.ts";
import type { ArgumentSpecs, ArgumentValues } from "./argument-specs.ts";
import type { ParsedArguments } from "./arguments.ts";
import { MagicError } from "./errors.ts";
import type { CellHost } from "./host.ts";
import type { Session } from "./session.ts";

/** What a magic's effect is handed. */
export interface MagicContext<A extends ArgumentSpecs = ArgumentSpecs> {
  /** The arguments, parsed. */
  readonly args: ArgumentValues<A>;
  /** The text of the cell below a cell magic's line, on its own lines (the first is blank); empty for a line magic. */
  readonly body: string;
  readonly host: CellHost;
  readonly session: Session;
  readonly registry: MagicRegistry;
}

/** A name that a magic binds for later cells, by a declaration that the epilogue of the view exports. */
export interface MagicBinding {
  /** The name in later cells. */
  readonly name: string;
  /** The exported declaration of the cell's view whose type it has. */
  readonly local: string;
}

/** A magic's part of the TypeScript view of its cell. */
export interface MagicTypes {
  /** TypeScript that is appended to the cell's view. */
  readonly epilogue: string;
  /** Names that later cells see. */
  readonly binds: readonly MagicBinding[];
}

/** What {@link MagicDefinition.types} is handed. */
export interface MagicTyping {
  /** The arguments as parsed; an expression is its span in the argument text. */
  readonly args: ParsedArguments;
  /** The text of the expression argument, or "". */
  readonly expression: string;
  /** The text below a cell magic's line. */
  readonly body: string;
  /** A number that no other magic of the cell has, for names in the epilogue. */
  readonly index: number;
}

/** A magic as its file declares it. */
export interface MagicDefinition<A extends ArgumentSpecs = ArgumentSpecs> {
  /** Without `%`. */
  readonly name: string;
  /** `line` is typed as `%name`; `cell` as `%%name`, with the rest of the cell as its body. */
  readonly kind: "line" | "cell";
  /** One line. */
  readonly summary: string;
  /** A few sentences and an example, shown by `%name?`. */
  readonly help: string;
  readonly args: A;
  /** Whether the body of a cell magic is TypeScript and is checked and completed as such. Default: it is not. */
  readonly typescriptBody?: boolean;
  /**
   * Whether the magic takes the time of the code that stands behind it, or in the cell below it, and does no more. That is and
   * stays code of the cell, checked and run as any; the kernel does the rest, see `clocks` and `timeCall`, and `run` nothing.
   */
  readonly times?: boolean;
  /**
   * Whether the magic evaluates its expression, or the code in the cell below it, again and again: the value of the expression is a function that does.
   * Such a cell is a call of the line magic of that name, whose expression is the cell.
   */
  readonly repeats?: boolean;
  /** Names that the magic declares in the TypeScript view of its cell. */
  readonly types?: (typing: MagicTyping) => MagicTypes;
  /** The effect. What it throws becomes the error of the cell. */
  readonly run: (context: MagicContext<A>) => Promise<void> | void;
}

/** A magic as the registry holds it: whatever its arguments are, they have been parsed by its own declaration. */
export type Magic = Omit<MagicDefinition, "run"> & {
  readonly run: (context: MagicContext) => Promise<void> | void;
};

/**
 * Declares a magic; parsing, completion and help follow from `args`.
 *
 * @example
 * export const time: Magic = defineMagic({
 *   name: "keys", kind: "line", summary: "the keys of an object", help: "...",
 *   args: { object: { type: "expression", summary: "whose keys" } },
 *   run: async ({ args, host }) => host.print(`${Object.keys(await args.object.value())}\n`),
 * });
 */
export function defineMagic<const A extends ArgumentSpecs>(definition: MagicDefinition<A>): Magic {
  // The runner hands over what parseArguments made of this very declaration, which is what A says.
  return definition as unknown as Magic;
}

/** The magics of a session, by kind and name. */
export class MagicRegistry {
  readonly #magics: readonly Magic[];

  constructor(magics: readonly Magic[]) {
    this.#magics = [...magics].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** All magics, by name. */
  all(): readonly Magic[] {
    return this.#magics;
  }

  /** The magic of that kind and name, or nothing. */
  find(kind: Magic["kind"], name: string): Magic | undefined {
    return this.#magics.find((magic) => magic.kind === kind && magic.name === name);
  }

  /**
   * The magic of that kind and name.
   *
   * @throws MagicError `unknown-magic`, with the nearest name.
   */
  get(kind: Magic["kind"], name: string): Magic {
    const magic = this.find(kind, name);
    if (magic === undefined) throw this.#unknown(kind, name);
    return magic;
  }

  #unknown(kind: Magic["kind"], name: string): MagicError {
    const typed = `${kind === "cell" ? "%%" : "%"}${name}`;
    const other = this.find(kind === "cell" ? "line" : "cell", name);
    const foreign = foreignMagic(typed);
    const advice =
      other !== undefined
        ? ` It is a ${other.kind} magic: write ${typedName(other)}.`
        : foreign !== undefined
          ? ` ${foreign}.`
          : didYouMean(typed, this.#magics.map(typedName));
    return new MagicError(
      "unknown-magic",
      `Cannot run magic "${typed}": there is no such magic.${advice} (%lsmagic lists them)`,
      { magic: typed },
    );
  }
}

/** The name as typed in a cell: `%realize`, `%%stage`. */
export function typedName(magic: Pick<Magic, "kind" | "name">): string {
  return `${magic.kind === "cell" ? "%%" : "%"}${magic.name}`;
}
