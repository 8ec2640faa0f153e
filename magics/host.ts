import type { CaptureSink } from "../core/index.ts";

/** What a message of Jupyter shows, by MIME type. `text/plain` is always there. */
export type MimeBundle = Record<string, unknown>;

/** An output that was made and can still be replaced. */
export interface DisplayHandle {
  /** Shows `bundle` in the place of what stood there (Jupyter's `update_display_data`). */
  update(bundle: MimeBundle, metadata?: Readonly<Record<string, unknown>>): void;
}

/** The text of the cell declaration that made a name of the session. */
export interface Declaration {
  /** The whole declaration as typed, TypeScript included: `function f(x: number) { ... }`, `const k = 3`. */
  readonly text: string;
  /** What kind of declaration it is. `const { a } = f()` is a variable, also for `a`. */
  readonly kind: "function" | "class" | "variable" | "import" | "other";
  /** Of an import: the imports of the same cell that bind no name, such as `import "./setup.ts"`. */
  readonly beside?: readonly string[];
}

/** A name that a cell has defined, and what its value is, said without running any code of it. */
export interface DefinedName {
  readonly name: string;
  readonly isImport: boolean;
  /** What people call the cell, such as `[3]`; nothing where a magic defined the name. */
  readonly cell?: string;
  /** What it is, and how large: `Map(3)`, `string of 500 characters`. */
  readonly kind: string;
  /** What is in it, as far as a few lines go. */
  readonly preview: string;
}

/** How {@link CellHost.module} is to evaluate a text. */
export interface ModuleOptions {
  /** Values for the names that the text uses and does not declare. */
  readonly free: Readonly<Record<string, unknown>>;
  /** A title for traces. Without it the text has the lines of the running cell, and traces name that cell. */
  readonly title?: string;
  /** What traces call the text when it ran in another process. */
  readonly alias?: string;
}

/**
 * What the magics need from a kernel. `kernel/app` implements it over the engine; tests by a few lines of their own.
 *
 * One host serves a whole session: `signal`, `display` and `print` belong to the cell that is running in the calling
 * asynchronous context.
 */
export interface CellHost {
  /** The notebook's folder, absolute. */
  readonly folder: string;
  /** Where relative paths and commands of the shell begin. To set it is to go there; what the file system says against it is thrown. */
  workingFolder: string;
  /**
   * What the kernel itself gives to every cell, such as `display`, by name. Realizers see it, and it is no part of what a
   * stage is.
   */
  readonly kernelNames: Readonly<Record<string, unknown>>;
  /** Fires when the running cell is interrupted. */
  readonly signal: AbortSignal;
  /** Binds a name of the session, as a declaration in a cell would. Its type is told by the cell's TypeScript view. */
  define(name: string, value: unknown): void;
  /**
   * Evaluates `code` (TypeScript) as a module of its own and gives its exports: `export` and `import` declarations,
   * top-level await, imports resolved from the notebook's folder. Nothing that it declares enters the session.
   */
  module(code: string, options: ModuleOptions): Promise<Record<string, unknown>>;
  /**
   * The declaration that made a name of the session; nothing for names that no cell declared. Declarations of the
   * running cell are known from its start.
   */
  declaration(name: string): Declaration | undefined;
  /** The live value of a name that a cell can see, built-in globals included; nothing when it is not defined (yet). */
  lookup(name: string): { readonly value: unknown } | undefined;
  /**
   * Forgets names of the session that earlier cells defined: those that are given, else all. Gives the names that were forgotten.
   * What the kernel itself gives to cells is there again.
   */
  forget(names?: readonly string[]): readonly string[];
  /** The names of the session, in the order of their first declaration. */
  names(): readonly string[];
  /** The names that cells have defined, by declarations and magics, in the order of their first one; those without a value yet are left out. */
  defined(): readonly DefinedName[];
  /** What the cells of this session were, the last thousand, by the number that people see beside them. */
  inputs(): ReadonlyMap<number, string>;
  /** Shows `bundle` in the running cell (Jupyter's `display_data`). */
  display(bundle: MimeBundle, metadata?: Readonly<Record<string, unknown>>): DisplayHandle;
  /** Shows `bundle` in the client's pager, beside the notebook and not in it (the "page" payload of a reply). */
  page(bundle: MimeBundle): void;
  /** Writes to a stream of the running cell. */
  print(text: string, stream?: "stdout" | "stderr"): void;
  /** Removes what the running cell has shown; with `wait`, when it shows something new. */
  clear(wait: boolean): void;
  /** Runs `run`; what it prints and displays by means of the kernel, at once or later, goes to `sink` instead. */
  capture<T>(sink: CaptureSink, run: () => T): T;
}
