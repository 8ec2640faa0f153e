import type { Json } from "../../config.ts";
import type { Context } from "../../context.ts";
import type { OutsideRead } from "../../reads/outside-read.ts";
import type { DRef } from "../../ref.ts";
import type { Progress, Shown } from "../../stage/build.ts";
import type { ThrownFacts } from "./thrown-facts.ts";

/** How a child is started; handed over in its environment. */
export interface ChildStart {
  /** Where packages are looked for. */
  readonly folders?: readonly string[] | undefined;
  /** The address of a module whose `createHost` makes the names that a host gives to realizers. */
  readonly host?: string | undefined;
  /** What the child prints on both streams when a build is over. */
  readonly mark: string;
}

/** Which store a child is to work in. */
export interface ChildStore {
  readonly root: string;
  readonly durable: boolean;
}

/** A build that a child is to make. */
export interface ChildBuild {
  /** The files that the code's imports of packages stand for, where the child cannot look for them itself. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly store: ChildStore;
  readonly dref: DRef;
  readonly context: Context;
  readonly outs: readonly string[];
  /** Where scratch folders are to be made. */
  readonly scratch: string;
  readonly args: Json;
  /** The working folder and the environment of the parent as they are now. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a parent tells a child. */
export type ToChild =
  | { readonly type: "build"; readonly build: ChildBuild }
  | { readonly type: "abort"; readonly reason: ThrownFacts };

/** What a child tells its parent, in the order in which it happens. */
export type FromChild =
  /** A build has begun. */
  | { readonly type: "taken" }
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "display"; readonly shown: Shown }
  | { readonly type: "clear"; readonly wait: boolean }
  | { readonly type: "reads"; readonly reads: readonly OutsideRead[] }
  /** A build is over, well or not. The child is of no further use when something of it still goes on. */
  | { readonly type: "ended"; readonly error?: ThrownFacts; readonly stillBusy: boolean }
  /** The process ends by itself. */
  | { readonly type: "exit"; readonly code: number };

/** The descriptors that a child is started with, beside its standard streams. */
export const descriptors: { readonly fromParent: 3; readonly toParent: 4; readonly parentAlive: 5 } = {
  fromParent: 3,
  toParent: 4,
  parentAlive: 5,
};

/** The environment variable that a child and everything that it starts can be known by. */
export const COOKIE: string = "LIGHTNIX_BUILD_PROCESS";

/** The environment variable that holds a {@link ChildStart}. */
export const START: string = "LIGHTNIX_BUILD_START";
