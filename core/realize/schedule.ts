import { Observable } from "./rx.ts";
import type { DRef } from "../ref.ts";
import { LongestFirst, waysToGo } from "./longest-first.ts";

/** Something to do after other things. */
export interface Task {
  readonly dref: DRef;
  readonly dependencies: readonly DRef[];
}

/** What became of a task: done; to be done by `work`; or never to be done, nor what depends on it. */
export type Settled = "done" | "work" | "lost";

/** The slots of a task that is worked on: it has one until it is done, and may be given more, for work that can be done at once. */
export interface Slots {
  /**
   * Says for how many more there is work just now; what was said before does not hold any more. `begin` is called for each that is
   * given, at once or later: as long as other tasks wait to be begun, they come first, and then the one with the longest way to go.
   */
  want(count: number, begin: () => void): void;
  /** Gives back one of those that were given. What is not given back is when the task is done. */
  giveBack(): void;
}

/** Who does the tasks. */
export interface Workers<T extends Task> {
  /** How many slots there are: tasks that are worked on at once, and what these do at once besides. */
  readonly jobs: number;
  /** Settles a task without work, if that can be. Called once all that it depends on is done. */
  settle(task: T): Settled;
  /** Does the work. Never rejects. */
  work(task: T, slots: Slots): Promise<"done" | "lost">;
  /** Whether no further work is to be begun. */
  isStopping(): boolean;
  /** How long each task takes, in any unit, where that is known. Asked for once, when tasks have to wait for their turn. */
  weights?(): ReadonlyMap<DRef, number>;
}

/**
 * Goes through tasks in the order of their dependencies, `jobs` of them at once, those with the longest way to go
 * first. A slot that no task waits for goes to one that has use for several. Emits each task that is lost, directly or because it depends on one; completes when no task is left.
 *
 * Tasks that settle without work take no turn of the event loop: thousands of them go by in one sweep.
 */
export function schedule$<T extends Task>(tasks: readonly T[], workers: Workers<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const plan = new Plan(tasks, () => workers.weights?.() ?? new Map());
    const shares = new Set<Share>();
    let taken = 0;
    const sweep = (ready: T[]): void => {
      for (let task = ready.pop(); task !== undefined; task = ready.pop()) {
        const settled = workers.isStopping() ? "lost" : workers.settle(task);
        if (settled === "done") ready.push(...plan.complete(task));
        else if (settled === "lost") for (const lost of plan.lose(task)) subscriber.next(lost);
        else plan.enqueue(task);
      }
      // All of them are in the queue before the first one is taken, so that it is the one with the longest way.
      fill();
      if (plan.open === 0) subscriber.complete();
    };
    const fill = (): void => {
      while (taken < workers.jobs && !subscriber.closed) {
        const next = plan.dequeue(workers.jobs - taken);
        const share = next === undefined ? wanting() : undefined;
        if (next === undefined && share === undefined) break;
        taken++;
        if (next !== undefined) turn(next).catch((error: unknown) => subscriber.error(error));
        else share?.give();
      }
    };
    const wanting = (): Share | undefined =>
      workers.isStopping() ? undefined : plan.neediest([...shares].filter(({ wanted }) => wanted > 0));
    const turn = async (task: T): Promise<void> => {
      const share = new Share(task, (givenBack) => {
        taken -= givenBack;
        try {
          fill();
        } catch (error) {
          subscriber.error(error);
        }
      });
      shares.add(share);
      // In a later turn of its own in any case: thousands of lost tasks would else be thousands of calls inside each other.
      const settled = await (workers.isStopping() ? "lost" : workers.work(task, share));
      shares.delete(share);
      taken -= share.end();
      if (settled === "lost") for (const lost of plan.lose(task)) subscriber.next(lost);
      sweep(settled === "lost" ? [] : plan.complete(task));
    };
    sweep(plan.ready());
  });
}

/** What a task that is worked on has of the slots, and would like to have. */
class Share implements Slots {
  readonly dref: DRef;
  readonly #changed: (givenBack: number) => void;
  #held = 1;
  #wanted = 0;
  #begin: () => void = () => undefined;

  /** `changed` is called when it wants more, or gives back so many. */
  constructor({ dref }: Task, changed: (givenBack: number) => void) {
    this.dref = dref;
    this.#changed = changed;
  }

  get held(): number {
    return this.#held;
  }

  get wanted(): number {
    return this.#wanted;
  }

  want(count: number, begin: () => void): void {
    if (this.#held === 0) return;
    this.#wanted = count;
    this.#begin = begin;
    if (count > 0) this.#changed(0);
  }

  giveBack(): void {
    if (this.#held < 2) return;
    this.#held--;
    this.#changed(1);
  }

  give(): void {
    this.#held++;
    this.#wanted--;
    this.#begin();
  }

  /** Takes all of it away, as the task is done; says how much that was. */
  end(): number {
    const held = this.#held;
    this.#held = this.#wanted = 0;
    return held;
  }
}

/** Which tasks are left, and which of them come next. */
class Plan<T extends Task> {
  readonly #tasks: ReadonlyMap<DRef, T>;
  readonly #dependents: Map<DRef, T[]> = new Map();
  /** How many dependencies of a task are not done. Tasks that are done or lost have no entry. */
  readonly #missing: Map<DRef, number> = new Map();
  readonly #queue: LongestFirst<T>;

  constructor(tasks: readonly T[], weights: () => ReadonlyMap<DRef, number>) {
    this.#tasks = new Map(tasks.map((task) => [task.dref, task]));
    for (const task of tasks) {
      this.#dependents.set(task.dref, []);
      this.#missing.set(task.dref, task.dependencies.length);
      for (const dependency of task.dependencies) this.#dependents.get(dependency)?.push(task);
    }
    this.#queue = new LongestFirst(() => waysToGo(tasks, this.#dependents, weights()));
  }

  /** How many tasks are left. */
  get open(): number {
    return this.#missing.size;
  }

  /** The tasks that depend on nothing; the first comes last. */
  ready(): T[] {
    return [...this.#tasks.values()].filter(({ dependencies }) => dependencies.length === 0).toReversed();
  }

  /** Counts a task as done, and returns those that can be done now; the first comes last. */
  complete(task: T): T[] {
    this.#missing.delete(task.dref);
    const ready: T[] = [];
    for (const dependent of this.#dependents.get(task.dref) ?? []) {
      const missing = this.#missing.get(dependent.dref);
      if (missing === undefined) continue;
      this.#missing.set(dependent.dref, missing - 1);
      if (missing === 1) ready.push(dependent);
    }
    return ready.toReversed();
  }

  /** Counts a task and all that depends on it as lost, and returns them. */
  lose(task: T): T[] {
    const lost: T[] = [];
    const stack: T[] = [task];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (!this.#missing.delete(top.dref)) continue;
      lost.push(top);
      stack.push(...(this.#dependents.get(top.dref) ?? []));
    }
    return lost;
  }

  enqueue(task: T): void {
    this.#queue.push(task);
  }

  /** Takes the task with the longest way to go out of the queue, of several the first; `slots` says how many may be taken now. */
  dequeue(slots: number): T | undefined {
    return this.#queue.pop(slots);
  }

  /** The share of the task with the longest way to go, of several the one that has the least. */
  neediest(shares: readonly Share[]): Share | undefined {
    const [first, ...others] = shares;
    if (first === undefined || others.length === 0) return first;
    const wayOf = ({ dref }: Share): number => this.#queue.wayOf(dref);
    return others.reduce((a, b) => ((wayOf(b) - wayOf(a) || a.held - b.held) > 0 ? b : a), first);
  }
}
