import { builtinMagics, scopeDeclarations } from "../../magics/index.ts";
import { createLanguage } from "../language/language.ts";
import { CellEvaluator } from "./cell-evaluator.ts";
import type { EvaluatorParts } from "./cell-evaluator.ts";
import { kernelDeclarations, providedDeclarations } from "./scope.ts";

/** What {@link loadEvaluator} is told. */
export interface LoadOptions extends Pick<EvaluatorParts, "port" | "folder" | "exit"> {}

/** Loads what runs cells, as far as it lives in the worker thread, and starts the language service ahead of the first. */
export function loadEvaluator({ port, folder, exit }: LoadOptions): CellEvaluator {
  const language = createLanguage({
    folder,
    ambient: `${scopeDeclarations}\n${kernelDeclarations}`,
    paths: providedDeclarations,
  });
  void language.start();
  return new CellEvaluator({ port, language, registry: builtinMagics, folder, exit });
}
