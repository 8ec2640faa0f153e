import { builtinMagics } from "../../magics/index.ts";
import { CellEvaluator } from "./cell-evaluator.ts";
import type { EvaluatorParts } from "./cell-evaluator.ts";

/** Loads what runs cells, as far as it lives in the worker thread. */
export function loadEvaluator(parts: Omit<EvaluatorParts, "registry">): CellEvaluator {
  return new CellEvaluator({ ...parts, registry: builtinMagics });
}
