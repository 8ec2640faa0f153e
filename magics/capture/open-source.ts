import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { captureNames, isSessionName } from "./capture.ts";
import type { CaptureOptions } from "./capture.ts";
import { reachOf } from "./reach.ts";
import { functionUnits } from "../../core/code/functions.ts";
import type { Reach } from "../../core/code/reach.ts";
import { outsideTexts } from "../../core/code/texts.ts";
import { tryUnits } from "../../core/code/units.ts";

/** The source of a stage that is made by a call in an ordinary cell. */
export interface OpenSource {
  readonly code: string;
  readonly uses: Readonly<Record<string, string>>;
  /** Names that the realizer uses and whose content is no part of the stage's identity. */
  readonly unseen: readonly string[];
  /** What it reaches outside of the notebook. */
  readonly reach: Reach;
}

/**
 * What a function of an ordinary cell reaches: functions, classes, imports and data of cells, as far as they can be
 * told from outside. It stays the live function; of live objects the declaration counts. Nothing when the function's
 * text cannot be read, which is then for core to say.
 */
export function openSource(
  realize: (...args: never[]) => unknown,
  options: Pick<CaptureOptions, "host" | "stage" | "provided">,
): OpenSource | undefined {
  const code = Function.prototype.toString.call(realize);
  const module = functionUnits(code);
  if (module === undefined) return undefined;
  const inside = new OpenReach(options);
  for (const name of module.free) inside.add(name);
  const reach = reachOf([module.plain.code, ...Object.values(inside.uses)], options.host);
  return {
    code,
    uses: { ...inside.uses, ...outsideTexts(reach) },
    unseen: [...inside.unseen].sort(),
    reach,
  };
}

class OpenReach {
  readonly uses: Record<string, string> = {};
  readonly unseen = new Set<string>();
  readonly #options: Pick<CaptureOptions, "host" | "stage" | "provided">;

  constructor(options: Pick<CaptureOptions, "host" | "stage" | "provided">) {
    this.#options = options;
  }

  add(name: string): void {
    const { host } = this.#options;
    if (name in this.uses || this.unseen.has(name) || !isSessionName(name, this.#options)) return;
    try {
      for (const [one, captured] of captureNames([name], this.#options)) {
        this.uses[one] = captured.kind === "json" ? JSON.stringify(captured.value) : captured.text;
      }
    } catch (error) {
      if (!(error instanceof MagicError)) throw error;
      this.#addDeclaration(name, host);
    }
  }

  // A live object counts by the cell text that made it, and by what that uses.
  #addDeclaration(name: string, host: CellHost): void {
    const text = host.declaration(name)?.text;
    const module = text === undefined ? undefined : tryUnits(text);
    if (text === undefined || module === undefined) {
      this.unseen.add(name);
      return;
    }
    this.uses[name] = text;
    for (const other of module.free) this.add(other);
  }
}
