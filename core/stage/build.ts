import type { Json } from "../config.ts";
import type { Context } from "../context.ts";
import type { Lens, Stored } from "../lens/types.ts";
import type { DRef } from "../ref.ts";
import type { Store } from "../store/store.ts";

/** How far a realizer has come. */
export interface Progress {
  readonly current: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
  /** What is counted, such as `epochs` or `bytes`. */
  readonly unit?: string | undefined;
}

/** Something rich on its way to whoever watches a build. */
export interface Shown {
  /** By MIME type. Bytes are sent as base64. */
  readonly bundle: Readonly<Record<string, unknown>>;
  /** What front ends are told besides, by MIME type: `{ "image/png": { width: 400 } }`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Stands for the display in its updates. */
  readonly id?: string;
  /** Whether it takes the place of the display that was shown under `id`. */
  readonly isUpdate?: boolean;
}

/** Something that a build displays and can still replace. */
export interface BuildDisplay {
  /** Shows a bundle in its place. What is kept with the realization is its last state. */
  update(bundle: Shown["bundle"], metadata?: Shown["metadata"]): void;
}

/** How to run a command. */
export interface ExecOptions {
  /** The folder to run it in: the output folder unless given. */
  readonly cwd?: string;
  /** Environment variables over those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Told each line that the command prints, without its line break, so that what it says of its progress can be made `progress` of
   * the build; each state of a progress bar is a line, too. The log has all of it in any case. When it throws, the command is killed,
   * and `exec` throws the same.
   */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** A command that ended well. */
export interface ExecResult {
  readonly exitCode: 0;
  /** How long it ran, in milliseconds. */
  readonly ms: number;
}

/**
 * What a realizer is handed to make one or more outcomes of a derivation with.
 *
 * It is good for as long as the realizer runs. After an abort, everything that would go on with the work throws the signal's
 * reason, so that a realizer that only ever reports its progress stops as well.
 *
 * @example
 * ```ts
 * async realize(build) {
 *   const lines = build.lens.words.contents.split("\n");
 *   await writeFile(build.path("count.json"), JSON.stringify({ lines: lines.length }));
 * }
 * ```
 */
export interface Build<C = unknown> {
  readonly kind: "build";
  /** The derivation that is being realized. */
  readonly dref: DRef<C>;
  /** The config as the store has it: stages as their derivations, self and ref paths as paths. */
  readonly config: Stored<C>;
  /** Walks the config: self paths lead into the output folder, dependencies to the realizations chosen for this build. */
  readonly lens: Lens<C>;
  /** The output folder: what is in it when the realizer is done becomes the realization. */
  readonly out: string;
  /** All output folders, when one run makes several outcomes. */
  readonly outs: readonly string[];
  /** Which of `outs` is `out`. */
  readonly index: number;
  /** Which realizations of the direct dependencies this build works on. */
  readonly context: Context;
  /** What the caller of `realize` had for the realizers. */
  readonly args: Json;
  /** Fires when the realization is cancelled. */
  readonly signal: AbortSignal;
  readonly store: Store;

  /** The same build with its output folder, `path` and `lens` set to another of `outs`. @throws {RangeError} */
  output(index: number): Build<C>;
  /** A path below the output folder; its parent folders are made. @throws {LightnixError} `outside-output` */
  path(...segments: string[]): string;
  /** Writes a line to the realization's log. */
  log(text: string): void;
  /** Says how far the work has come. */
  progress(progress: Progress): void;
  /**
   * Shows something rich to whoever watches: a MIME bundle such as `{ "text/html": "<b>hi</b>" }`. It is kept with the realization
   * and shown again when that is reused (see `replay`).
   */
  display(bundle: Shown["bundle"], metadata?: Shown["metadata"]): BuildDisplay;
  /**
   * Runs a command; what it prints goes to the log line by line. It is killed, with all processes that it started, when the
   * realization is cancelled, and what it leaves running is killed when it ends.
   *
   * @throws {LightnixError} `exec-failed` when it cannot be started or ends with another exit code than 0
   */
  exec(command: string, args?: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** A new folder, or a writable copy of a file or folder, for the time of the build only. */
  scratch(from?: string): Promise<string>;
}
