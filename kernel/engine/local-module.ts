import type { Format, Stamp } from "./module-file.ts";
import type { Namespace } from "./namespace.ts";
import type { Target } from "./resolve.ts";
import type { Dependency } from "./rewrite-module.ts";

/** What the code of a module reaches the loader by. */
export interface ModuleScope {
  readonly import: (specifier: string) => Promise<Namespace>;
  readonly require: ((specifier: string) => unknown) & { readonly resolve: (specifier: string) => string };
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A module that the engine evaluates. */
export interface LocalModule {
  readonly path: string;
  /** What traces call it. */
  readonly name: string;
  readonly stamp: Stamp;
  readonly format: Format;
  readonly namespace: Namespace;
  readonly dependencies: readonly Dependency[];
  /** What the dependencies stand for; nothing for one that has types only. */
  targets: readonly (Target | undefined)[];
  /** The namespaces of the dependencies, as far as they are known. */
  readonly namespaces: (Namespace | undefined)[];
  state: "new" | "evaluating" | "evaluated" | "failed";
  /** Settled when the evaluation has ended. */
  readonly settled: Promise<void>;
  /** Local files that the code has imported or required while running: they count when something changes. */
  readonly reached: Set<string>;
  /** What a CommonJS module exports so far. */
  partial?: () => unknown;
  begin(): void;
  end(failure?: { readonly error: unknown }): void;
  /** Makes the exports, and functions callable, before anything runs: modules in a circle rely on it. */
  instantiate(): void;
  /** Adds what is exported from a dependency by `export *`. */
  linkStar(index: number): void;
  /** Runs the code. What it gives has to be started and awaited; nothing when all is done. */
  run(): (() => Promise<unknown>) | undefined;
}

/** What a module is, before anything is known of its code. */
export type ModuleBase = Pick<LocalModule, "path" | "name" | "stamp" | "format">;

/** What all modules have in common: their course from new to evaluated. */
export type ModuleLife = Pick<
  LocalModule,
  | keyof ModuleBase
  | "dependencies"
  | "targets"
  | "namespaces"
  | "reached"
  | "state"
  | "settled"
  | "begin"
  | "end"
>;

/** Makes what all modules have in common. */
export function lifeOf(base: ModuleBase, dependencies: readonly Dependency[]): ModuleLife {
  let settle: (failure?: { readonly error: unknown }) => void = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (failure) => (failure === undefined ? resolve() : reject(failure.error));
  });
  settled.catch(() => undefined);
  return {
    ...base,
    dependencies,
    targets: [],
    namespaces: [],
    reached: new Set(),
    state: "new",
    settled,
    begin() {
      this.state = "evaluating";
    },
    end(failure) {
      this.state = failure === undefined ? "evaluated" : "failed";
      settle(failure);
    },
  };
}
