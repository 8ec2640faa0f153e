import { AsyncLocalStorage } from "node:async_hooks";
import { availableParallelism } from "node:os";
import { errorCode, LightnixError } from "../../errors.ts";
import { whyOpen } from "../../stage/bundle.ts";
import { BuildFault } from "../build-fault.ts";
import type { BuildTask, Executor } from "../executor.ts";
import { inProcess } from "../in-process.ts";
import { withTimeLimit } from "../time-limit.ts";
import { BuildProcess, type RunLimit } from "./build-process.ts";
import { packagesOf, scratchOf } from "./child-build.ts";
import { Slots } from "../slots.ts";

/** How to run realizers in processes of their own. */
export interface ProcessesOptions {
  /** How many run at once at most, whoever asks. Without it, the `jobs` of each realization decides. */
  readonly jobs?: number | undefined;
  /** Where packages are looked for: the working folder unless given. */
  readonly folders?: readonly string[] | undefined;
  /**
   * The address of a module that exports `createHost(announce)`, which makes the names that a host gives to realizers, such as
   * `display` in a notebook, and perhaps `allShown()`, which a build waits for at its end. It is imported by each process.
   */
  readonly host?: string | undefined;
  /** After what time a process without work leaves, in milliseconds: one minute unless given. */
  readonly idleMs?: number | undefined;
  /** Told of the ids of the processes whenever there are others. */
  readonly onProcesses?: ((pids: readonly number[]) => void) | undefined;
}

/** Runs realizers in processes of their own, which it keeps warm. */
export interface ProcessExecutor extends Executor, AsyncDisposable {
  /** Ends all processes. What runs fails. */
  close(): Promise<void>;
}

// A process outlives the cell of a notebook that it was started for: it must not be taken for a part of that.
const outside = AsyncLocalStorage.snapshot();

const IDLE_MS = 60_000;

/**
 * Runs the realizers of closed stages in processes of their own: on all processors, and so that whatever one does, be it an endless
 * loop or a crash, is the end of one build at most. Open stages run in this process. Processes are started when they are
 * needed and used again; those without work keep nobody from ending, and leave after a while. They end with this process,
 * however it ends.
 *
 * @throws {RangeError} for `jobs` that are no whole number from 1 on
 *
 * @example
 * ```ts
 * await using executor = processes();
 * await realize(classifier, { executor, jobs: 4 });
 * ```
 */
export function processes(options: ProcessesOptions = {}): ProcessExecutor {
  const { jobs } = options;
  if (jobs !== undefined && !(Number.isInteger(jobs) && jobs >= 1))
    throw new RangeError(`Cannot run ${jobs} processes: it is a whole number from 1 on`);
  return new Pool(options);
}

class Pool implements ProcessExecutor {
  readonly name: string = "processes";
  readonly #options: ProcessesOptions;
  readonly #slots: Slots;
  readonly #here: Executor = inProcess();
  readonly #all: Set<BuildProcess> = new Set();
  readonly #idle: Map<BuildProcess, NodeJS.Timeout> = new Map();
  #isClosed = false;

  constructor(options: ProcessesOptions) {
    this.#options = options;
    this.#slots = new Slots(options.jobs);
  }

  async run(task: BuildTask): ReturnType<Executor["run"]> {
    if (!isClosed(task)) return await this.#here.run(task);
    const leave = await this.#slots.enter(task.signal);
    try {
      return await withTimeLimit(
        task,
        async (signal, begin) => await this.#runIn(this.#take(task), task, { signal, begin }),
      );
    } finally {
      leave();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const running = [...this.#all].filter((one) => !this.#idle.has(one));
    for (const one of this.#idle.keys()) this.#dismiss(one);
    await Promise.all(running.map((one) => one.kill()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #runIn(process: BuildProcess, task: BuildTask, limit: RunLimit): ReturnType<Executor["run"]> {
    const { pid } = process;
    try {
      await process.run(task, limit);
      return { executor: this.name, ...(pid !== undefined && { pid }) };
    } catch (error) {
      throw this.#isClosed && errorCode(error) === "build-crashed" ? closedMeanwhile() : error;
    } finally {
      // What an earlier run has left in memory would count for the next one, so a process with a limit is used once; and so is one that may write only into the folders of one run.
      const isKept = process.isUsable && !process.isForOne && !this.#isClosed;
      if (isKept) outside(() => this.#keep(process));
      else this.#dismiss(process);
    }
  }

  #take(task: BuildTask): BuildProcess {
    const { derivation, restricted } = task;
    if (this.#isClosed) {
      throw new LightnixError(
        "executor-closed",
        `Cannot run "${derivation.name}": its executor was closed. Make another by processes()`,
        { data: { dref: derivation.dref } },
      );
    }
    const memoryBytes = derivation.limits?.memoryBytes;
    const packages = packagesOf(task);
    for (const one of this.#idle.keys()) if (one.hasOthers(packages)) this.#dismiss(one);
    // The one that was used last has the most in its caches.
    const idle = [...this.#idle.keys()].findLast((one) => one.isUsable);
    const isNew = idle === undefined || memoryBytes !== undefined || restricted;
    const taken = isNew
      ? this.#start(memoryBytes, restricted ? [...task.outs, scratchOf(task)] : undefined)
      : idle;
    clearTimeout(this.#idle.get(taken));
    this.#idle.delete(taken);
    taken.willLoad(packages);
    return taken;
  }

  #start(memoryBytes: number | undefined, writable: readonly string[] | undefined): BuildProcess {
    const { folders, host } = this.#options;
    const started = outside(() => new BuildProcess({ folders, host, memoryBytes, writable }));
    this.#all.add(started);
    this.#tellProcesses();
    return started;
  }

  #keep(process: BuildProcess): void {
    const timer = setTimeout(() => this.#dismiss(process), this.#options.idleMs ?? IDLE_MS);
    timer.unref();
    this.#idle.set(process, timer);
    const [oldest] = this.#idle.keys();
    if (oldest !== undefined && this.#idle.size > (this.#options.jobs ?? availableParallelism()))
      this.#dismiss(oldest);
  }

  #dismiss(process: BuildProcess): void {
    clearTimeout(this.#idle.get(process));
    process.leave();
    this.#forget(process);
  }

  #forget(process: BuildProcess): void {
    this.#idle.delete(process);
    this.#all.delete(process);
    this.#tellProcesses();
  }

  #tellProcesses(): void {
    this.#options.onProcesses?.([...this.#all].flatMap(({ pid }) => pid ?? []));
  }
}

function closedMeanwhile(): BuildFault {
  return new BuildFault("build-crashed", "its executor was closed while it ran, and so it was stopped");
}

/** Whether the store has all that another process needs to run the realizer. */
function isClosed({ derivation, store }: BuildTask): boolean {
  return whyOpen(derivation) === undefined && store.bundle(derivation.dref) !== undefined;
}
