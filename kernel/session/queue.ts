import { setTimeout as delay } from "node:timers/promises";

// What a client sends so soon after a cell, it sends without knowing how that ended: no failure is told earlier than that.
const TOGETHER_MS = 20;
// On a machine that is busy, it may arrive so much later.
const STRAGGLE_MS = 1000;

/** A cell that waits for its turn. */
export interface Job {
  /** When it came in, by `performance.now()`. */
  readonly arrivedMs: number;
  /** Which client sent it, and when by that client's own clock; NaN when it does not say. */
  readonly sent: { readonly session: string; readonly atMs: number };
  /** Runs it; resolves when its outcome is known and must still be told to the client. */
  run(): Promise<Finished>;
  /** It is the next one, and another one runs. */
  foresee(): void;
  /** Tells the client that it will not be run. */
  abort(): void;
}

/** A cell that has run. */
export interface Finished {
  /** Whether what waits behind it shall be aborted (stop_on_error). */
  readonly stop: boolean;
  /** Tells the client how it went. */
  tell(): void;
}

/** Resolves when it is this queue's turn, with what gives the turn back. */
export type TakeTurn = () => Promise<() => void>;

/** Runs the cells of one shell in the order in which they came. */
export class ExecuteQueue {
  readonly #takeTurn: TakeTurn;
  readonly #jobs: Job[] = [];
  readonly #watchers: (() => void)[] = [];
  #running = false;
  #closed = false;
  /** The last cell whose failure aborted what came with it. */
  #failed: (Pick<Job, "sent"> & { readonly toldMs: number }) | undefined;

  constructor(takeTurn: TakeTurn) {
    this.#takeTurn = takeTurn;
  }

  /** Whether a cell runs or waits. */
  get busy(): boolean {
    return this.#running;
  }

  /** Takes a cell; it runs when those before it have. */
  add(job: Job): void {
    if (this.#closed || this.#cameWithFailed(job)) return job.abort();
    this.#jobs.push(job);
    if (!this.#running) void this.#runAll();
    else if (this.#jobs.length === 1) job.foresee();
    return undefined;
  }

  /** Resolves when no cell runs or waits any more. */
  drained(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  /** Aborts what waits, and whatever comes from now on. */
  close(): void {
    this.#closed = true;
    for (const job of this.#jobs.splice(0)) job.abort();
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    while (this.#jobs.length > 0) {
      const giveBack = await this.#takeTurn();
      try {
        await this.#runNext();
      } finally {
        giveBack();
      }
    }
    this.#running = false;
    for (const tell of this.#watchers.splice(0)) tell();
  }

  async #runNext(): Promise<void> {
    const job = this.#jobs.shift();
    if (!job) return;
    // A job answers for the user's errors itself. Should it fail all the same, the queue must go on.
    const running = job.run();
    this.#jobs[0]?.foresee();
    const finished = await running.catch((): Finished => ({ stop: false, tell: () => job.abort() }));
    const doomed = finished.stop ? await this.#takeWhatCameWith(job) : [];
    finished.tell();
    for (const one of doomed) one.abort();
    if (finished.stop) this.#failed = { sent: job.sent, toldMs: performance.now() };
  }

  // Whether it was sent with the cell that failed, and arrives only now, after that was told.
  #cameWithFailed({ sent }: Job): boolean {
    if (this.#failed === undefined || performance.now() - this.#failed.toldMs > STRAGGLE_MS) return false;
    const { session, atMs } = this.#failed.sent;
    return sent.session === session && sent.atMs >= atMs && sent.atMs < atMs + TOGETHER_MS;
  }

  // A client that sends many cells at once has sent them all before the first one fails, but when that is soon, some are
  // still on their way. They are waited for before the failure is told: what is sent after that was sent in knowledge of
  // it, and runs.
  async #takeWhatCameWith(job: Job): Promise<Job[]> {
    const waitMs = job.arrivedMs + TOGETHER_MS - performance.now();
    // A timer may come up to a millisecond early.
    if (waitMs > 0) await delay(Math.ceil(waitMs) + 1);
    await nextTurnOfTheLoop();
    return this.#jobs.splice(0);
  }
}

function nextTurnOfTheLoop(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}
