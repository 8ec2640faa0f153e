import type { Json } from "../config.ts";
import type { DRef, RRef } from "../ref.ts";
import type { TextDiff } from "./text-diff.ts";

/** Whether something is another, is new, or is not there any more. */
export type Presence = "changed" | "added" | "removed";

/**
 * What a realizer uses: a declaration of a cell or of its module, a local module (as far as it is used), or the statements that
 * its module runs for their effect.
 */
export type HelperKind = "function" | "class" | "declaration" | "import" | "file" | "statements";

/** One thing in which a derivation differs from an earlier one of the same name. */
export type Change =
  /** A field of the config. `before` is not there in one that was added, `after` not in one that was dropped. */
  | {
      readonly type: "config-changed";
      readonly path: ConfigPath;
      readonly before?: Json;
      readonly after?: Json;
      /** Of the digest of a `file`: in what its text differs. */
      readonly diff?: TextDiff;
    }
  /** Data of an earlier cell that the realizer uses; the first part of the path is its name. */
  | {
      readonly type: "captured-changed";
      readonly path: ConfigPath;
      readonly before?: Json;
      readonly after?: Json;
    }
  /** The realizer itself. There is no diff where the store does not keep the earlier text. */
  | { readonly type: "source-changed"; readonly presence: Presence; readonly diff?: TextDiff }
  /** Something that the realizer uses by name, or a local module that it imports. */
  | {
      readonly type: "helper-changed";
      readonly kind: HelperKind;
      /** Its name; of a local module, where it is; empty for statements. */
      readonly name: string;
      /** What the module declares differently, as far as that is known: names of functions, classes and constants. */
      readonly parts?: readonly string[];
      readonly presence: Presence;
      readonly diff?: TextDiff;
    }
  /** Another version of a package that the code imports. */
  | {
      readonly type: "package-changed";
      readonly name: string;
      readonly presence: Presence;
      readonly before?: string;
      readonly after?: string;
    }
  /**
   * What the stage asks for of its environment: an environment variable, `node` or `platform`. Null is a variable that is not set; what
   * is not there was, or is, not asked for.
   */
  | {
      readonly type: "environment-changed";
      readonly name: string;
      readonly before?: string | null;
      readonly after?: string | null;
    }
  /** The version that was said by hand. */
  | { readonly type: "version-changed"; readonly before?: Json; readonly after?: Json }
  /** A dependency is another derivation than before. How those differ is among the comparisons. */
  | {
      readonly type: "dependency-changed";
      /** Where in the config it stands. */
      readonly path: ConfigPath;
      readonly before: DRef;
      readonly after: DRef;
    };

/** A field, from the outside in; numbers are indices of arrays. */
export type ConfigPath = readonly (string | number)[];

/** One reason why a derivation would run. */
export type RunReason =
  | Change
  /** The store has no outcome of any stage of that name. */
  | { readonly type: "never-realized" }
  /** The caller wants new outcomes whatever there is: so many. */
  | { readonly type: "forced"; readonly outcomes: number }
  /** There are outcomes, and they are not enough, for the matcher or for the caller; or the matcher takes none of them. */
  | {
      readonly type: "matcher-asks-more";
      readonly matcher: string;
      readonly has: number;
      /** How many there have to be; not given when the matcher does not say. */
      readonly wants?: number;
      readonly by: "matcher" | "caller";
    }
  /** It was realized, with other realizations of a dependency than those that count now. */
  | {
      readonly type: "dependency-rerealized";
      readonly dependency: DRef;
      readonly before: readonly RRef[];
      readonly after: readonly RRef[];
    }
  /** A dependency would run first, and what comes of that is not known. */
  | { readonly type: "dependency-would-run"; readonly dependency: DRef }
  /** It failed, and a failed outcome never counts. */
  | { readonly type: "failed-before"; readonly rref: RRef; readonly error: string }
  /** Folders of outcomes that are not whole, which no store leaves behind. */
  | { readonly type: "half-outcome"; readonly paths: readonly string[] };
