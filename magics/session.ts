import { inProcess, openStore } from "../core/index.ts";
import type { Executor, Store } from "../core/index.ts";
import type { Paused } from "./paused.ts";
import { Provenance } from "./provenance.ts";

/** How type errors are dealt with before a cell runs: they stop it, are shown beside it, or are not looked for. */
export type CheckMode = "strict" | "warn" | "off";

/** The state that magics and the names in a cell's scope share. Passed explicitly; a kernel holds one. */
export interface Session {
  /** The store in use; `%store DIR` replaces it. */
  store: Store;
  /** Set by `%check`; the kernel reads it before it runs a cell. */
  check: CheckMode;
  /** How its stages came about. */
  readonly provenance: Provenance;
  /** What runs realizers. */
  readonly executor: Executor;
  /** What `%pause` holds. */
  paused: Paused | undefined;
}

/** How a session starts. */
export interface SessionOptions {
  /** The store's folder; where {@link openStore} looks unless given. */
  readonly root?: string;
  /** `strict` unless given. */
  readonly check?: CheckMode;
  /** This process unless given. Whoever gives it closes it. */
  readonly executor?: Executor;
}

/**
 * Starts a session. The store is opened at its first use, so that a kernel starts whatever lies there: whoever uses
 * it is told what is wrong, and `%store DIR` replaces it.
 */
export function openSession(options: SessionOptions = {}): Session {
  let store: Store | undefined;
  return {
    get store() {
      store ??= openStore(options.root === undefined ? {} : { root: options.root });
      return store;
    },
    set store(other) {
      store = other;
    },
    check: options.check ?? "strict",
    provenance: new Provenance(),
    paused: undefined,
    executor: options.executor ?? inProcess(),
  };
}
