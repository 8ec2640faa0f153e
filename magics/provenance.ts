import { isStage } from "../core/config.ts";
import type { DRef, Matcher, Stage } from "../core/index.ts";
import { describeStage } from "../core/stage/describe.ts";
import { isIdentifier } from "./identifier.ts";
import type { CellHost } from "./host.ts";

/** What a stage was made with. */
export interface MadeWith {
  readonly host: Pick<CellHost, "lookup">;
  /** Names of the session that the stage's cell uses, besides those that its dependencies have themselves. */
  readonly names?: Iterable<string>;
  /** Whether its source and captured data were gathered from cells, and not given by hand. */
  readonly isGathered: boolean;
}

/** What a session knows of how its stages came about: from which names, under which names, and which cells failed. */
export class Provenance {
  readonly #names = new WeakMap<object, string>();
  readonly #inputs = new WeakMap<object, ReadonlyMap<string, Stage>>();
  readonly #gathered = new WeakSet<object>();
  readonly #matchers = new Map<DRef, Matcher>();
  readonly #bound = new Set<string>();
  readonly #failed = new Map<string, unknown>();

  /** Notes a stage that was made just now, and the names by which its cell found the stages that it depends on. */
  note(stage: Stage, { host, names = [], isGathered }: MadeWith): void {
    const { stages, dref } = describeStage(stage);
    const inputs = new Map<string, Stage>();
    for (const name of new Set([...names, ...stages.map((one) => one.name)])) {
      // A stage may be called what no variable can be: "hello-src".
      const value = isIdentifier(name) ? host.lookup(name)?.value : undefined;
      if (!isStage(value) || !stages.includes(value as Stage)) continue;
      inputs.set(name, value as Stage);
      if (!this.#names.has(value)) this.#names.set(value, name);
    }
    this.#inputs.set(stage, inputs);
    this.#matchers.set(dref, stage.matcher);
    if (!isGathered) return;
    if (stage.source) this.#gathered.add(stage.source);
    if (stage.captured) this.#gathered.add(stage.captured);
  }

  /** Notes that a stage cell bound a name. */
  bind(name: string, stage: Stage): void {
    this.#names.set(stage, name);
    this.#bound.add(name);
    this.#failed.delete(name);
  }

  /** Notes that the cell that was to define a stage failed, so that its name still means `value`. */
  fail(name: string, value: unknown): void {
    this.#failed.set(name, value);
  }

  /** Notes that names were forgotten. */
  forget(names: readonly string[]): void {
    for (const name of names) {
      this.#bound.delete(name);
      this.#failed.delete(name);
    }
  }

  /** Whether the last stage cell of that name failed and `stage` is what the name meant before. */
  isLeftOver(name: string, stage: Stage): boolean {
    return this.#failed.get(name) === stage;
  }

  /** Whether the last stage cell of that name failed. */
  hasFailed(name: string): boolean {
    return this.#failed.has(name);
  }

  /** The name by which a stage was seen in the session, as far as that is known. */
  nameOf(stage: Stage): string | undefined {
    return this.#names.get(stage);
  }

  /** The names by which the cell of `stage` found `dependency`. */
  namesIn(stage: Stage, dependency: Stage): readonly string[] {
    const found = [...(this.#inputs.get(stage) ?? [])].filter(([, value]) => value === dependency);
    const known = this.#names.get(dependency);
    return found.length > 0 || known === undefined ? found.map(([name]) => name) : [known];
  }

  /** Whether a stage's source or captured data is what cells of this session said. */
  isGathered(part: object): boolean {
    return this.#gathered.has(part);
  }

  /** The matcher that a stage of this session has for a derivation. */
  matcherOf(dref: DRef): Matcher | undefined {
    return this.#matchers.get(dref);
  }

  /** The names that stage cells bound. */
  stageNames(): readonly string[] {
    return [...this.#bound];
  }
}
