import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { types } from "node:util";
import { mkdir, mkdtemp, readdir, stat } from "node:fs/promises";
import type { Json, JsonObject } from "../config.ts";
import type { Context } from "../context.ts";
import { LightnixError } from "../errors.ts";
import { buildLens } from "../lens/lens.ts";
import type { DRef } from "../ref.ts";
import { commandPaths } from "../reads/command-paths.ts";
import type { OutsideRead } from "../reads/outside-read.ts";
import { pythonEnvironment, watchPython } from "../reads/python-watch.ts";
import type { Reads } from "../reads/reads.ts";
import { readsNow } from "../reads/watch-files.ts";
import type { Store } from "../store/store.ts";
import type { Build, BuildDisplay, ExecOptions, ExecResult, Progress, Shown } from "./build.ts";
import { exec } from "./exec.ts";
import { outputPath } from "./output-path.ts";
import { copyWritable } from "./scratch.ts";

/** What a build is made from. */
export interface BuildParts {
  readonly dref: DRef;
  readonly config: JsonObject;
  readonly context: Context;
  readonly outs: readonly string[];
  readonly args: Json;
  readonly signal: AbortSignal;
  readonly store: Store;
  /** Where scratch folders are made, be it there or not; whoever gives it takes it away. Temp folders of the store unless given. */
  readonly scratch?: string | undefined;
  /** Where the build's own announcements go. */
  readonly announce: Announcer;
}

/** Takes what a build has to say. */
export interface Announcer {
  log(stream: "stdout" | "stderr" | "log", text: string): void;
  progress(progress: Progress): void;
  display(shown: Shown): void;
  /** Takes back what was shown so far; with `wait`, when something new is shown. */
  clear(wait: boolean): void;
  /** What the run read besides its inputs, told once at its end. */
  reads(reads: readonly OutsideRead[]): void;
}

/** A build, and what ends it. */
export interface OpenBuild {
  readonly build: Build;
  /**
   * Waits for commands and copies that the realizer did not wait for; throws what they throw. With what the realizer returned: data
   * that is kept nowhere is told of.
   */
  finish(returned?: unknown): Promise<void>;
  /** Kills what still runs and takes the scratch folders away. Nothing can be done with the build after that. */
  close(): Promise<void>;
}

/** Makes the build that a realizer is handed. Whoever calls it closes it. */
export function openBuild(parts: BuildParts): OpenBuild {
  const session = new BuildSession(parts);
  return {
    build: session.output(0),
    finish: (returned) => session.finish(returned),
    close: () => session.close(),
  };
}

const keptNowhere =
  "The realizer returned data and made no artifact. What it returns is kept nowhere: write it to a file, as " +
  'writeFile(build.path("result.json"), JSON.stringify(result))\n';

/**
 * Whether a realizer may have meant what it returned to be kept, as a cache of functions does. What `exec` and `display` answer is none.
 * No getter is run, and of what is large only the beginning is looked at.
 */
function isData(returned: unknown): boolean {
  if (typeof returned !== "object" || returned === null || types.isProxy(returned)) return false;
  if (ArrayBuffer.isView(returned)) return returned.byteLength > 0;
  if (Object.hasOwn(returned, "exitCode")) return false;
  const keys = Array.isArray(returned) ? [...returned.slice(0, looksAt).keys()] : Object.keys(returned);
  const values = keys
    .slice(0, looksAt)
    .map((key) => Object.getOwnPropertyDescriptor(returned, key)?.value as unknown);
  return values.length > 0 && values.every((value) => value !== undefined && typeof value !== "function");
}

const looksAt = 100;

/** The life of one build: what its outputs have in common, and what has to be cleared away after it. */
class BuildSession {
  readonly #parts: BuildParts;
  #isEnded = false;
  /** Made for the first work that the end of the build stops: most builds have none. */
  #end: AbortController | undefined;
  readonly #running: Set<Promise<unknown>> = new Set();
  readonly #scratch: string[] = [];
  /** The folder by which Python programs are watched, once there may be one. */
  #python: Promise<string> | undefined;

  constructor(parts: BuildParts) {
    this.#parts = parts;
  }

  async finish(returned: unknown): Promise<void> {
    await Promise.all(this.#running);
    if (isData(returned) && (await this.#isEmpty())) this.#parts.announce.log("stderr", keptNowhere);
  }

  async #isEmpty(): Promise<boolean> {
    const names = await Promise.all(this.#parts.outs.map((out) => readdir(out)));
    return names.flat().length === 0;
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    this.#end?.abort(ended());
    await Promise.allSettled(this.#running);
    await Promise.all(this.#scratch.map((folder) => this.#parts.store.discard(folder)));
  }

  output(index: number): Build {
    const { dref, config, context, outs, args, signal, store, announce } = this.#parts;
    const out = outs[index];
    if (out === undefined) {
      throw new RangeError(`Cannot take output ${index}: the build has ${outs.length}, counted from 0`);
    }
    let lens: Build["lens"] | undefined;
    const ground = { store, config: (wanted: DRef) => (wanted === dref ? config : store.config(wanted)) };
    return Object.freeze<Build>({
      kind: "build",
      dref,
      config,
      get lens() {
        return (lens ??= buildLens(dref, { ...ground, building: { dref, out, context } }));
      },
      out,
      outs,
      index,
      context,
      args,
      signal,
      store,
      output: (other) => this.output(other),
      path: (...segments) => this.#alive(() => outputPath(out, segments)),
      log: (text) => this.#say(() => announce.log("log", `${text}\n`)),
      progress: (progress) => this.#say(() => announce.progress(progress)),
      display: (bundle, metadata) => this.#display(bundle, metadata),
      exec: (command, rest = [], options = {}) => this.#exec(command, rest, { cwd: out, ...options }),
      scratch: (from) => this.#makeScratch(from),
    });
  }

  #display(bundle: Shown["bundle"], metadata: Shown["metadata"]): BuildDisplay {
    const id = randomUUID();
    const show = (shown: Shown): void => this.#say(() => this.#parts.announce.display({ ...shown, id }));
    show({ bundle, ...(metadata && { metadata }) });
    return {
      update: (later, about) => show({ bundle: later, ...(about && { metadata: about }), isUpdate: true }),
    };
  }

  #exec(
    command: string,
    args: readonly string[],
    { onLine: tell = () => undefined, ...options }: ExecOptions & { cwd: string },
  ): Promise<ExecResult> {
    const reads = readsNow();
    if (reads !== undefined) for (const path of commandPaths({ command, args, ...options })) reads.read(path);
    return this.#work(async (end) => {
      const watched = reads === undefined ? options : await this.#watchPython(reads, options);
      const failed = new AbortController();
      const signal = AbortSignal.any([end, failed.signal]);
      const onLine = (stream: "stdout" | "stderr", line: string): void => {
        this.#parts.announce.log(stream, line);
        // A progress bar goes back to the beginning of its line before it draws.
        if (line === "\r") return;
        try {
          tell(line.replace(/[\r\n]+$/u, ""), stream);
        } catch (error) {
          failed.abort(error);
        }
      };
      return await exec({ command, args, ...watched, signal, onLine });
    });
  }

  /** The options of a command with which Python tells what it opens. */
  async #watchPython<T extends ExecOptions>(reads: Reads, options: T): Promise<T> {
    const folder = await (this.#python ??= this.#freshFolder().then((fresh) => {
      this.#scratch.push(fresh);
      reads.alsoFrom(watchPython(fresh));
      return fresh;
    }));
    const { env } = options;
    return { ...options, env: { ...env, ...pythonEnvironment(folder, { ...process.env, ...env }) } };
  }

  #makeScratch(from: string | undefined): Promise<string> {
    return this.#work(async (signal) => {
      const folder = await this.#freshFolder();
      this.#scratch.push(folder);
      if (from === undefined) return folder;
      // A folder is copied as the scratch folder, a file into it.
      const copy = (await stat(from)).isDirectory() ? folder : join(folder, basename(from));
      await copyWritable(from, copy);
      signal.throwIfAborted();
      return copy;
    });
  }

  async #freshFolder(): Promise<string> {
    const { store, scratch } = this.#parts;
    if (scratch === undefined) return await store.tempFolder("scratch");
    await mkdir(scratch, { recursive: true });
    return await mkdtemp(join(scratch, "scratch-"));
  }

  /** Does something that takes time, and that the end of the build waits for. */
  #work<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#end ??= new AbortController();
    if (this.#isEnded) this.#end.abort(ended());
    const signal = AbortSignal.any([this.#parts.signal, this.#end.signal]);
    const running = signal.aborted ? Promise.reject<T>(signal.reason as Error) : run(signal);
    this.#running.add(running);
    const forget = (): boolean => this.#running.delete(running);
    // Handled here too: a realizer that does not wait for a command must not bring the process down when that is killed.
    running.then(forget, forget);
    return running;
  }

  #alive<T>(run: () => T): T {
    this.#parts.signal.throwIfAborted();
    if (this.#isEnded) throw ended();
    return run();
  }

  /** A late word after the end is nobody's any more, but no fault either. */
  #say(run: () => void): void {
    this.#parts.signal.throwIfAborted();
    if (!this.#isEnded) run();
  }
}

function ended(): LightnixError {
  return new LightnixError(
    "build-ended",
    "Cannot go on with this build: it has ended, and its folders are not its own any more",
  );
}
