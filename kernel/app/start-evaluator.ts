import { builtinMagics } from "../../magics/builtin.ts";
import { scopeDeclarations } from "../../magics/scope-declarations.ts";
import { createLanguage } from "../language/language.ts";
import type { ServerProcess } from "../language/spawn-server.ts";
import { CellEvaluator } from "./cell-evaluator.ts";
import type { EvaluatorParts } from "./cell-evaluator.ts";
import { kernelDeclarations, providedDeclarations } from "./scope.ts";

/**
 * Starts what runs cells, as far as it lives in the worker thread. The language service reads the libraries ahead of the first
 * cell, in a process of its own, which may have been started ahead.
 */
export async function startEvaluator(
  parts: Omit<EvaluatorParts, "registry" | "language">,
  spawned?: ServerProcess,
): Promise<CellEvaluator> {
  const language = createLanguage({
    folder: parts.folder,
    ambient: `${scopeDeclarations}\n${kernelDeclarations}`,
    paths: providedDeclarations,
    ...(spawned === undefined ? {} : { spawned }),
  });
  await language.open();
  void language.start();
  return new CellEvaluator({ ...parts, language, registry: builtinMagics });
}
