import { randomUUID } from "node:crypto";
import { SessionError } from "./errors.ts";
import type { History } from "./history.ts";
import { ExecuteQueue } from "./queue.ts";
import { Turns } from "./turns.ts";

/** One line of execution: the parent shell, or a subshell. Each has its own queue, counter and session of the history. */
export interface Shell {
  /** None: the parent shell. */
  readonly id: string | undefined;
  readonly queue: ExecuteQueue;
  /** How many cells were run with store_history. */
  executionCount: number;
  /** The shell's session in the history, begun when it is first asked for. */
  historySession(): Promise<number>;
}

/**
 * The parent shell and the subshells (JEP 91).
 *
 * Cells of different shells run side by side when the evaluator can do that, otherwise one at a time. Requests other
 * than to execute never wait in any shell: they are answered as soon as the evaluator can.
 */
export class Shells {
  readonly parent: Shell;
  readonly #subshells = new Map<string, Shell>();
  readonly #history: History;
  readonly #turns: Turns | undefined;

  constructor(options: { history: History; concurrent: boolean }) {
    this.#history = options.history;
    this.#turns = options.concurrent ? undefined : new Turns();
    this.parent = this.#make(undefined);
  }

  /** Makes a subshell and returns its id. */
  create(): string {
    const id = randomUUID();
    this.#subshells.set(id, this.#make(id));
    return id;
  }

  /** Ends a subshell: what waits in it is aborted, what runs in it runs to its end. */
  delete(id: string): void {
    this.find(id).queue.close();
    this.#subshells.delete(id);
  }

  /** The ids of all subshells. */
  list(): string[] {
    return [...this.#subshells.keys()];
  }

  /**
   * The shell that a request's header names.
   *
   * @throws SessionError `unknown-subshell`
   */
  find(id: string | null | undefined): Shell {
    if (id === undefined || id === null) return this.parent;
    const shell = this.#subshells.get(id);
    if (!shell)
      throw new SessionError("unknown-subshell", `Cannot find subshell "${id}": it does not exist.`);
    return shell;
  }

  /** Aborts everything that waits, in all shells. */
  close(): void {
    for (const shell of [this.parent, ...this.#subshells.values()]) shell.queue.close();
  }

  /** Resolves when no cell runs or waits in any shell. */
  async drained(): Promise<void> {
    await Promise.all([this.parent, ...this.#subshells.values()].map(({ queue }) => queue.drained()));
  }

  #make(id: string | undefined): Shell {
    let session: Promise<number> | undefined;
    return {
      id,
      queue: new ExecuteQueue(() => this.#turns?.take(id !== undefined) ?? Promise.resolve(() => {})),
      executionCount: 0,
      historySession: () => (session ??= this.#history.begin()),
    };
  }
}
