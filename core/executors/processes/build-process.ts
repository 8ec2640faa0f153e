import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { LogStream } from "../../realize/events.ts";
import { bundlePackages } from "../../stage/load-bundle.ts";
import type { BuildTask } from "../executor.ts";
import { BuildFault } from "../build-fault.ts";
import { childBuild, inContext, scratchOf, type Packages } from "./child-build.ts";
import { crashFault, outOfMemory } from "./crash.ts";
import { thrownFacts, thrownFrom, type ThrownFacts } from "./thrown-facts.ts";
import { FrameReader, messageFrame } from "./frames.ts";
import { killTree, signalGroup } from "./kill-tree.ts";
import { MarkedText } from "./marked-text.ts";
import { descriptors, type ChildStart, type FromChild, type ToChild } from "./protocol.ts";
import { residentBytes } from "./resident.ts";
import { spawnChild } from "./spawn-child.ts";

/** How a process for builds is started. */
export interface BuildProcessOptions extends Omit<ChildStart, "mark"> {
  /** The memory that it may take. */
  readonly memoryBytes: number | undefined;
  /** The only folders that it may write into; everywhere unless given. */
  readonly writable?: readonly string[] | undefined;
}

/** What ends a run before its time. */
export interface RunLimit {
  readonly signal: AbortSignal;
  /** Called when the process has begun with it: until it is started, nothing of the run takes time. */
  readonly begin: () => void;
}

// What a realizer may take to end in good order. A cancelled realization has to be over within a second.
const GRACE_MS = 400;
const DRAIN_MS = 500;
const LOOK_MS = 100;
const LAST_WORDS = 16 * 1024;

type Ended =
  | { readonly how: "ended"; readonly error: ThrownFacts | undefined; readonly stillBusy: boolean }
  | { readonly how: "gone"; readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly how: "not-started"; readonly error: Error }
  | { readonly how: "too-large" };

/** A child process that runs one realizer after the other. */
export class BuildProcess {
  readonly memoryBytes: number | undefined;
  /** Whether it is of use for one build only. */
  readonly isForOne: boolean;
  readonly #isRestricted: boolean;
  /** Whether another build can be given to it. */
  isUsable = true;
  readonly #cookie: string = randomBytes(12).toString("hex");
  readonly #process: ChildProcess;
  readonly #printed: readonly MarkedText[];
  readonly #gone: Promise<void>;
  readonly #folders: readonly string[] | undefined;
  readonly #packages: Map<string, string> = new Map();
  #announce: BuildTask["announce"] | undefined;
  #end: ((ended: Ended) => void) | undefined;
  #begin: () => void = () => undefined;
  #lastWords = "";
  #endsByItself = false;

  constructor({ memoryBytes, writable, ...start }: BuildProcessOptions) {
    this.memoryBytes = memoryBytes;
    this.#isRestricted = writable !== undefined;
    this.#folders = start.folders;
    this.isForOne = memoryBytes !== undefined || this.#isRestricted;
    const mark = `\0\u001b[lightnix end ${randomBytes(6).toString("hex")}\0`;
    this.#process = spawnChild({ memoryBytes, writable, cookie: this.#cookie, start: { ...start, mark } });
    this.#gone = this.#watchEnd();
    this.#printed = [this.#readPrinted("stdout", mark), this.#readPrinted("stderr", mark)];
    this.#readMessages();
    this.#hold(false);
  }

  /** Its process id, if it could be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  // What looks for packages is native code, which a restricted process must not load.
  async #locate({ store, derivation }: BuildTask): Promise<Packages> {
    return Object.fromEntries(await bundlePackages(store, derivation.dref, { folders: this.#folders }));
  }

  /** Whether it has one of these packages in another version: a process never gives back what it has loaded. */
  hasOthers(packages: Packages): boolean {
    return Object.entries(packages).some(
      ([name, version]) => (this.#packages.get(name) ?? version) !== version,
    );
  }

  /** Remembers what the next build will load. */
  willLoad(packages: Packages): void {
    for (const [name, version] of Object.entries(packages)) this.#packages.set(name, version);
  }

  /**
   * Runs the realizer of a task. The process may be of no use afterwards.
   *
   * @throws what the realizer throws; `BuildFault`; the signal's reason
   */
  async run(task: BuildTask, { signal, begin }: RunLimit): Promise<void> {
    const scratch = scratchOf(task);
    // What else wants a folder for a moment, as the bundle itself does, has it there.
    const env = this.#isRestricted ? { TMPDIR: scratch, TMP: scratch, TEMP: scratch } : {};
    if (this.#isRestricted) mkdirSync(scratch);
    this.#announce = inContext(task.announce);
    this.#lastWords = "";
    this.#begin = begin;
    this.#hold(true);
    const over = new Promise<Ended>((resolve) => (this.#end = resolve));
    const lift = this.#limit(signal);
    try {
      const packages = this.#isRestricted ? await this.#locate(task) : undefined;
      this.#tell({ type: "build", build: childBuild(task, { scratch, env, packages }) });
      await this.#settle(await over, signal);
    } finally {
      lift();
      this.#announce = undefined;
      this.#end = undefined;
      this.#hold(false);
      await task.store.discard(scratch);
    }
  }

  /** Lets it end in good order: it is idle. */
  leave(): void {
    this.isUsable = false;
    this.#socket(descriptors.fromParent)?.end();
  }

  /** Kills it with all that it has started, and waits until it is gone. */
  async kill(): Promise<void> {
    this.isUsable = false;
    const { pid } = this.#process;
    if (pid !== undefined) killTree(pid, this.#cookie);
    await Promise.race([this.#gone, delay(DRAIN_MS, undefined, { ref: false })]);
  }

  async #settle(ended: Ended, signal: AbortSignal): Promise<void> {
    if (ended.how === "ended") {
      const isMarked = await within(DRAIN_MS, Promise.all(this.#printed.map((one) => one.mark())));
      if (ended.stillBusy || !isMarked || signal.aborted) await this.kill();
    } else {
      // What it started may live on, and hold the pipes open.
      await this.kill();
    }
    signal.throwIfAborted();
    switch (ended.how) {
      case "ended":
        if (ended.error !== undefined) throw thrownFrom(ended.error);
        return;
      case "gone":
        throw crashFault({
          ...ended,
          byItself: this.#endsByItself,
          lastWords: this.#lastWords,
          memoryBytes: this.memoryBytes,
        });
      case "too-large":
        throw outOfMemory(this.memoryBytes);
      case "not-started":
        throw new BuildFault("build-crashed", `no process could be started for it: ${ended.error.message}`);
    }
  }

  /** Stops what runs on abort, and when it takes too much memory. Returns how to lift that. */
  #limit(signal: AbortSignal): () => void {
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#tell({ type: "abort", reason: thrownFacts(signal.reason) });
      if (this.pid !== undefined) signalGroup(this.pid, "SIGTERM");
      killing = setTimeout(() => void this.kill(), GRACE_MS);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    const looking =
      this.memoryBytes === undefined ? undefined : setInterval(() => void this.#look(), LOOK_MS);
    return () => {
      clearTimeout(killing);
      clearInterval(looking);
      signal.removeEventListener("abort", stop);
    };
  }

  async #look(): Promise<void> {
    if (this.pid === undefined || this.memoryBytes === undefined) return;
    if ((await residentBytes(this.pid)) > this.memoryBytes) this.#end?.({ how: "too-large" });
  }

  #tell(message: ToChild): void {
    this.#socket(descriptors.fromParent)?.write(messageFrame(message));
  }

  #readMessages(): void {
    const reader = new FrameReader<FromChild>();
    this.#socket(descriptors.toParent)?.on("data", (chunk: Buffer) => {
      for (const frame of reader.read(chunk)) {
        if (frame.kind === "text") this.#print(frame.stream, frame.text);
        else this.#take(frame.message);
      }
    });
    for (const descriptor of Object.values(descriptors))
      this.#socket(descriptor)?.on("error", () => undefined);
  }

  #take(message: FromChild): void {
    switch (message.type) {
      case "taken":
        return this.#begin();
      case "progress":
        return this.#announce?.progress(message.progress);
      case "display":
        return this.#announce?.display(message.shown);
      case "clear":
        return this.#announce?.clear(message.wait);
      case "reads":
        return this.#announce?.reads(message.reads);
      case "ended":
        return this.#end?.({ how: "ended", error: message.error, stillBusy: message.stillBusy });
      case "exit":
        this.#endsByItself = true;
        return;
    }
  }

  #readPrinted(stream: "stdout" | "stderr", mark: string): MarkedText {
    const printed = new MarkedText(mark, (text) => this.#print(stream, text));
    this.#process[stream]
      ?.on("data", (chunk: Buffer) => printed.read(chunk))
      .once("close", () => printed.end());
    return printed;
  }

  #print(stream: LogStream, text: string): void {
    if (stream === "stderr") this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    this.#announce?.log(stream, text);
  }

  /** Resolves when it is gone and all that it said is read. */
  #watchEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once("error", (error) => {
        this.isUsable = false;
        this.#end?.({ how: "not-started", error });
        resolve();
      });
      this.#process.once("exit", (exitCode, signal) => {
        this.isUsable = false;
        this.#end?.({ how: "gone", exitCode, signal });
      });
      this.#process.once("close", () => resolve());
    });
  }

  /** Whether the parent waits for it: an idle process keeps nobody from ending. */
  #hold(isHeld: boolean): void {
    const held = isHeld ? "ref" : "unref";
    this.#process[held]();
    for (const stream of this.#pipes) (stream as Socket | null)?.[held]();
  }

  #socket(descriptor: number): Socket | undefined {
    return this.#pipes[descriptor] as Socket | undefined;
  }

  /** None where no file can be opened any more; then the process is not started either. */
  get #pipes(): ChildProcess["stdio"] | readonly [] {
    return (this.#process as Partial<ChildProcess>).stdio ?? [];
  }
}

async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const late = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const done = await Promise.race([work.then(() => true), late]);
  stop.abort();
  return done;
}
