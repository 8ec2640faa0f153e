import type { Node } from "oxc-parser";
import { realizerText } from "../../core/code/realizer-text.ts";
import { reached, type ModuleUnits, type Unit } from "../../core/code/units.ts";
import type { RealizerCode } from "../../core/stage/bundle.ts";
import { checkFunctions, type MatcherText } from "../../core/stage/matcher-text.ts";
import type { CellHost } from "../host.ts";
import { CapturedScope } from "./captured-scope.ts";
import type { Captured } from "./capture.ts";
import { cellFile } from "./reach.ts";

/** A realizer in a cell, with what was taken along for it. */
export interface CellRealizer {
  /** The stage's name, which traces call its code by. */
  readonly name: string;
  readonly host: CellHost;
  /** Names that every cell has from core. */
  readonly provided: ReadonlySet<string>;
  /** The cell, or a text with nothing but the realizer in it. */
  readonly module: ModuleUnits;
  /** What the realizer reaches in it, itself left out. */
  readonly units: readonly Unit[];
  readonly realizer: { readonly node: Node; readonly expression: string; readonly uses: ReadonlySet<string> };
  readonly captured: ReadonlyMap<string, Captured>;
  /** Whether captured data is in no config, so that it has to be in the code. */
  readonly hasData?: boolean;
}

/**
 * The code of a realizer in a cell as modules: the cell as far as it is reached, and what earlier cells gave to it. Data that
 * was captured for the realizer is no part of it, but of the config.
 *
 * @throws {LightnixError} `unbundlable`, {@link MagicError} `cannot-capture`, for a matcher that cannot be taken along
 */
export function cellCode(cell: CellRealizer, matcher: MatcherText): RealizerCode {
  const { name, host, realizer } = cell;
  const module = withOwn(cell);
  checkFunctions(matcher, module);
  const roots = module.units.filter(({ declares }) => declares.some((one) => matcher.free.has(one)));
  const units = new Set([...cell.units, ...reached(module, roots).units]);
  const used = new Set([...[...units].flatMap(({ uses }) => [...uses]), ...realizer.uses, ...matcher.free]);
  const declared = new Set(module.units.flatMap(({ declares }) => declares));
  const scope = new CapturedScope(cell);
  const before = scope.bind([...used].filter((one) => !declared.has(one)));
  const text = realizerText({
    module,
    units: new Set([...units].filter(({ kind }) => kind !== "import")),
    imported: used,
    realizer,
    matcher,
  });
  const from = cellFile(host);
  return {
    folder: host.folder,
    entry: { title: name, text: `${before} ${text}`, from },
    parts: { "lightnix:cells": { title: `${name}/captured`, text: scope.module(), from } },
    host: scope.hostNames(),
  };
}

// A statement that stands there in another form than it was written in.
function withOwn({ module, units }: CellRealizer): ModuleUnits {
  const own = new Map(units.map((unit) => [unit.node, unit]));
  return { ...module, units: module.units.map((unit) => own.get(unit.node) ?? unit) };
}
