import { hash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.ts";
import { functionSite } from "../../core/code/function-site.ts";
import { functionExpression, functionUnits } from "../../core/code/functions.ts";
import type { ReachProblem } from "../../core/code/reach.ts";
import { tryUnits } from "../../core/code/units.ts";
import { errorCode, LightnixError } from "../../core/errors.ts";
import type { Realizer, Source } from "../../core/index.ts";
import { closeRealizer, openRealizer } from "../../core/stage/bundle.ts";
import { refuseProblems } from "../../core/stage/refuse-problems.ts";
import { sourceIdentity } from "../../core/stage/source.ts";
import { MagicError } from "../errors.ts";
import { captureNames, isSessionName, type CaptureOptions } from "./capture.ts";
import { cellCode, type CellRealizer } from "./cell-code.ts";
import type { OpenSource } from "./open-source.ts";
import type { StageCell } from "./stage-cell.ts";

/**
 * Has the code of a stage cell taken along with its derivation.
 *
 * @throws MagicError `unbundlable` naming what cannot be taken along, what it is and what to do
 */
export function closeCell(realize: Realizer<never>, { code, source, reach }: StageCell): void {
  const reason = problemOf(reach.problems);
  if (reason !== undefined) {
    throw new MagicError(
      "unbundlable",
      `Cannot close stage "${code.name}": ${reason}. Or define it with --open: then it can be realized by this notebook only, and its code is not kept`,
      { stage: code.name },
    );
  }
  close(realize, code, source);
}

/** Has the code of a function of an ordinary cell taken along, where that can be done; else says why the stage is open. */
export function closeFunction(
  realize: Realizer<never>,
  found: OpenSource,
  options: Pick<CaptureOptions, "host" | "stage" | "provided">,
): void {
  const { host, stage, provided } = options;
  try {
    refuseProblems(found.reach.problems);
    const module = functionUnits(found.code);
    const expression = functionExpression(found.code);
    const [unit] = module?.units ?? [];
    if (module === undefined || expression === undefined || unit === undefined)
      return openRealizer(realize, "its realizer is a function that does not stand for itself");
    const captured = captureNames(module.free, options);
    const outside = placeProblem(found.code, options);
    if (outside !== undefined) return openRealizer(realize, outside);
    const realizer = { node: unit.node, expression, uses: module.free };
    const code: CellRealizer = {
      name: stage,
      host,
      provided,
      module,
      units: [],
      realizer,
      captured,
      hasData: true,
    };
    close(realize, code, found);
  } catch (error) {
    if (errorCode(error) !== "unbundlable" && !(error instanceof MagicError)) throw error;
    openRealizer(realize, error instanceof MagicError ? captureProblem(error) : (error as Error).message);
  }
}

function close(realize: Realizer<never>, code: CellRealizer, source: Source): void {
  const identity = canonicalJson(sourceIdentity(source, code.name));
  const digest = hash("sha256", identity, "hex").slice(0, 32);
  closeRealizer(realize, {
    digest,
    code: (matcher) => {
      try {
        return cellCode(code, matcher);
      } catch (error) {
        if (!(error instanceof MagicError)) throw error;
        const reason = captureProblem(error).replace(/^it uses/u, "its matcher uses");
        throw new LightnixError("unbundlable", reason, { cause: error });
      }
    },
  });
}

function problemOf(problems: readonly ReachProblem[]): string | undefined {
  try {
    refuseProblems(problems);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function captureProblem({ data, message }: MagicError): string {
  const { name, kind } = data;
  return typeof name === "string" && typeof kind === "string"
    ? `it uses "${name}", which is ${kind}`
    : message;
}

/**
 * Why names in a function may mean something else than what cells declare: it stands within another function, or nobody
 * knows where.
 */
function placeProblem(
  code: string,
  { host, ...options }: Pick<CaptureOptions, "host" | "provided">,
): string | undefined {
  const names = [...(functionUnits(code)?.free ?? [])].filter((name) =>
    isSessionName(name, { host, ...options }),
  );
  if (names.length === 0) return undefined;
  const words = code.match(/[\p{ID_Continue}$]{4,}/gu) ?? [];
  const texts = new Set(host.names().map((name) => host.declaration(name)?.text ?? ""));
  for (const text of [...texts].toReversed()) {
    const module = words.every((word) => text.includes(word)) ? tryUnits(text) : undefined;
    const site = module && functionSite(module, code);
    if (site === undefined) continue;
    const [around] = site.around;
    return around && `it uses "${around[0]}", which is ${around[1]}`;
  }
  return `it uses "${names[0]}", and its realizer is not written in a declaration of a cell`;
}
