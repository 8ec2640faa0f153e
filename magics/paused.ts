import { pause } from "../core/index.ts";
import type { Build, Held, PauseOptions, RealizeEvent, ResumeOptions, RRef } from "../core/index.ts";
import { parseDRef } from "../core/ref.ts";
import { Follower } from "./follow.ts";
import type { CellHost } from "./host.ts";
import { advance, startProgress } from "./realization-progress.ts";
import type { RealizationProgress } from "./realization-progress.ts";
import { ShownDisplays } from "./shown-displays.ts";
import type { Target } from "./target.ts";
import { heldView } from "./views/held.ts";
import { readHeld } from "./facts/held.ts";

/** What is to be held, and how it is called in the notebook. */
export interface PausedParts {
  readonly host: CellHost;
  readonly target: Target;
  readonly options: PauseOptions;
  /** The name of the session that the build is bound to. */
  readonly variable: string;
  /** Whether it is bound to an object of builds by name, as several places were asked for. */
  readonly isMany: boolean;
}

/** The realization that a session holds, from `%pause` until its end. */
export class Paused {
  readonly variable: string;
  readonly sinceMs: number = Date.now();
  readonly #parts: PausedParts;
  readonly #displays: ShownDisplays;
  #state: RealizationProgress = startProgress(Date.now());
  #follower: Follower | undefined;
  #held: Held | undefined;

  constructor(parts: PausedParts) {
    this.#parts = parts;
    this.variable = parts.variable;
    this.#displays = new ShownDisplays(parts.host);
  }

  /** How far all of it is. */
  get state(): RealizationProgress {
    return this.#follower?.state ?? this.#state;
  }

  /** How it stands; nothing before its first stop. */
  get held(): Held | undefined {
    return this.#held;
  }

  /** Whether there is something to be resumed. */
  get isHeld(): boolean {
    return this.#held?.state === "held";
  }

  /** Goes to the first stop. The cell follows it, and its interrupt cancels it as long as nothing is held. */
  async start(): Promise<void> {
    const { host, target, options } = this.#parts;
    const held = await this.#followed(() =>
      pause(target, { ...options, signal: host.signal, onEvent: (event) => this.#take(event) }),
    );
    this.#held = held;
    await this.#stop();
  }

  /** Goes to the next stop, or to the end; then the realizations of the target are returned. */
  async resume(options: ResumeOptions): Promise<readonly RRef[]> {
    const { host } = this.#parts;
    const held = this.#held;
    if (held === undefined) return [];
    const rrefs = await this.#followed(() => held.resume({ ...options, signal: host.signal }));
    if (held.state === "held") await this.#stop();
    return rrefs;
  }

  /** Shows where its realization has come to in the place of the live view. */
  end(view: Parameters<Follower["end"]>[0]): void {
    this.#state = this.state;
    this.#follower?.end(view);
    this.#follower = undefined;
  }

  // What is thrown while it is still held is about what a person did, and takes nothing away.
  async #followed<T>(work: () => Promise<T>): Promise<T> {
    this.#follower = new Follower(this.#parts.host, this.#state);
    try {
      return await work();
    } catch (error) {
      const held = this.#held;
      if (held?.state === "held") this.end(heldView(await readHeld(held, this)));
      else {
        this.#state = this.state;
        this.#follower.fail();
        this.#follower = undefined;
      }
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    if (held.builds.length > 0) this.#parts.host.define(this.variable, this.#bound(held.builds));
    this.end(heldView(await readHeld(held, this)));
  }

  #bound(builds: readonly Build[]): unknown {
    if (this.#parts.isMany)
      return Object.fromEntries(builds.map((build) => [parseDRef(build.dref).name, build]));
    return builds.length === 1 ? builds[0] : builds;
  }

  #take(event: RealizeEvent): void {
    if (this.#follower !== undefined) return this.#follower.take(event);
    this.#state = advance(this.#state, event);
    // Between stops, what a held build says belongs to the cell that made it say so.
    if (event.type === "log")
      this.#parts.host.print(event.text, event.stream === "stderr" ? "stderr" : "stdout");
    else if (event.type === "display") this.#displays.show(event);
    return undefined;
  }
}
