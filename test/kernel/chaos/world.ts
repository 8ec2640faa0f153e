/** What a variable of the notebook holds; `unset` is declared and was never reached, `unknown` what an interrupt may have left. */
export type Value =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "unset" }
  | { readonly kind: "unknown" };

/** How cells are checked. */
export type Mode = "strict" | "warn" | "off";

/** What a notebook is, as far as the cells of the stress test know. */
export interface World {
  readonly variables: Map<string, Value>;
  readonly stages: Set<string>;
  mode: Mode;
  /** What the local module exports. */
  module: Value;
}

/** The world of a kernel that has just started. */
export function freshWorld(module: Value): World {
  return { variables: new Map(), stages: new Set(), mode: "strict", module };
}

/** A world of its own, to try cells on. */
export function copyOf(world: World): World {
  return { ...world, variables: new Map(world.variables), stages: new Set(world.stages) };
}

/** How a cell must end. */
export interface Expected {
  readonly status: "ok" | "error" | "any";
  /** Which errors it may be, by name. */
  readonly ename?: RegExp;
  /** The plain text of its result; none: it has no result. Not looked at unless said. */
  readonly result?: string | undefined;
  readonly hasResult?: boolean;
  /** All that it prints to stdout. Not looked at unless said. */
  readonly printed?: string;
  /** The plain texts of what its user_expressions result in. Not looked at unless said. */
  readonly expressions?: Readonly<Record<string, string>>;
}

/** A cell that has a known effect on the world. */
export interface Cell {
  readonly code: string;
  readonly silent?: boolean;
  readonly storeHistory?: boolean;
  readonly stopOnError?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** Which names are of unknown value when it is interrupted. */
  readonly declares?: readonly string[];
  /** Whether an interrupt may leave the local module in between. */
  readonly writesModule?: boolean;
  /** What a timer of its prints some time later. */
  readonly late?: string;
  /** It does not end by itself. */
  readonly isEndless?: boolean;
  /** Changes the world as the cell does. */
  play(world: World): Expected;
}

/** What an interrupt in the midst of a cell makes of the world. */
export function disturb(world: World, { declares = [], writesModule = false }: Cell): void {
  for (const name of declares) {
    world.variables.set(name, { kind: "unknown" });
    world.stages.delete(name);
  }
  if (writesModule) world.module = { kind: "unknown" };
}
