import { shortHash } from "../core/ref.ts";
import { isDeepStrictEqual } from "node:util";
import { checkConfig, isStage } from "../core/config.ts";
import type { Json } from "../core/config.ts";
import type { Stage } from "../core/index.ts";
import { describeStage } from "../core/stage/describe.ts";
import { canonicalSyntax } from "../core/code/syntax.ts";
import { captureText } from "./capture/capture.ts";
import { functionUnits } from "../core/code/functions.ts";
import { reachedTexts } from "./capture/reach.ts";
import type { CellHost } from "./host.ts";
import { scopeNames } from "./scope-declarations.ts";
import type { Session } from "./session.ts";

/**
 * What of a stage, and of those that it depends on, is older than what the session has by the same names now: sentences
 * for people. A stage is a snapshot, so it goes on meaning what it meant; whoever edits a helper may not expect that.
 * Empty for a stage that other cells have nothing to do with.
 */
export function staleness(target: Stage, host: CellHost, session: Session): readonly string[] {
  return new Staleness(target, host, session).sentences();
}

class Staleness {
  readonly #target: Stage;
  readonly #host: CellHost;
  readonly #session: Session;

  constructor(target: Stage, host: CellHost, session: Session) {
    this.#target = target;
    this.#host = host;
    this.#session = session;
  }

  sentences(): string[] {
    if (this.#isReplaced(this.#target)) return [];
    const found = [...this.#leftOver()];
    const open = new Set([this.#target]);
    for (const stage of open) {
      const nested = describeStage(stage).stages;
      const older = nested.map((one) => this.#olderStage(stage, one));
      const parts = [
        ...older.flatMap((one) => one ?? []),
        ...this.#olderCaptured(stage),
        ...this.#olderUses(stage),
        ...this.#olderFiles(stage),
      ];
      if (parts.length > 0) found.push(this.#sentence(stage, [...new Set(parts)]));
      for (const [index, one] of nested.entries()) if (older[index] === undefined) open.add(one);
    }
    return found;
  }

  #leftOver(): string[] {
    const { name } = this.#target;
    if (!this.#session.provenance.isLeftOver(name, this.#target)) return [];
    return [`the last cell that was to define ${name} failed: this is the ${name} that was defined before`];
  }

  #sentence(stage: Stage, parts: readonly string[]): string {
    const isTarget = stage === this.#target;
    const name = isTarget ? stage.name : `${stage.name}, which ${this.#target.name} depends on,`;
    const then = isTarget ? "" : `, and then that of ${this.#target.name},`;
    const ones = parts.length === 1 ? "the new one" : "the new ones";
    const listed = [parts.slice(0, -1).join(", "), parts.at(-1)].filter((part) => part !== "").join(" and ");
    return `${name} was defined with ${listed}: rerun its cell${then} to use ${ones}`;
  }

  // A stage whose cell was run again is not what the name stands for: nothing about it is a surprise.
  #isReplaced(stage: Stage): boolean {
    const name = this.#session.provenance.nameOf(stage);
    const now = name === undefined ? undefined : this.#host.lookup(name)?.value;
    return isStage(now) && digestOf(now as Stage) !== digestOf(stage);
  }

  #olderStage(user: Stage, stage: Stage): string | undefined {
    const names = this.#session.provenance.namesIn(user, stage);
    const then = digestOf(stage);
    const others = names.map((name) => {
      const value = this.#host.lookup(name)?.value;
      const now = isStage(value) ? digestOf(value as Stage) : then;
      return now === then ? undefined : `an older "${name}" (${then}; it is ${now} now)`;
    });
    // By one of its names it may still be there.
    return others.every((other) => other !== undefined) ? others[0] : undefined;
  }

  #olderCaptured({ captured }: Stage): string[] {
    if (captured === undefined || !this.#session.provenance.isGathered(captured)) return [];
    return Object.entries(captured).flatMap(([name, then]) => {
      const live = this.#host.lookup(name);
      return live === undefined || isDeepStrictEqual(plain(then), plain(live.value))
        ? []
        : [`an older "${name}"`];
    });
  }

  #olderUses(stage: Stage): string[] {
    const options = { host: this.#host, stage: stage.name, provided };
    return Object.entries(this.#usesOf(stage)).flatMap(([name, then]) => {
      if (name.includes(":") || this.#host.lookup(name) === undefined) return [];
      const now = [captureText(name, options), this.#host.declaration(name)?.text];
      const known = now.filter((text) => text !== undefined);
      return known.length === 0 || known.some((text) => isSameSyntax(text, then)) ? [] : [`an older ${name}`];
    });
  }

  #olderFiles(stage: Stage): string[] {
    const uses = this.#usesOf(stage);
    const files = Object.entries(uses).filter(([name]) => name.startsWith("file:"));
    if (files.length === 0 || !stage.source) return [];
    const own = functionUnits(stage.source.code)?.plain.code ?? stage.source.code;
    const named = Object.entries(uses).flatMap(([name, text]) => (name.includes(":") ? [] : [text]));
    const now = this.#reached([own, ...named]);
    return files.flatMap(([name, then]) => {
      const text = now[name];
      return text === undefined || isSameSyntax(text, then)
        ? []
        : [`an older file ${name.slice("file:".length)}`];
    });
  }

  #reached(codes: readonly string[]): Readonly<Record<string, string>> {
    try {
      return reachedTexts(codes, this.#host);
    } catch {
      // An import that leads nowhere any more says so when its cell is run again.
      return {};
    }
  }

  #usesOf({ source }: Stage): Readonly<Record<string, string>> {
    return source && this.#session.provenance.isGathered(source) ? (source.uses ?? {}) : {};
  }
}

const provided: ReadonlySet<string> = new Set(scopeNames);

function digestOf(stage: Stage): string {
  return shortHash(describeStage(stage).dref);
}

function plain(value: unknown): Json | undefined {
  try {
    return checkConfig({ value }, { title: "captured" })["value"];
  } catch {
    return undefined;
  }
}

function isSameSyntax(one: string, other: string): boolean {
  return one === other || (canonicalSyntax(one) ?? one) === (canonicalSyntax(other) ?? other);
}
