import type { MessagePort } from "node:worker_threads";
import { builtinMagics, scopeDeclarations } from "../../magics/index.ts";
import { createLanguage } from "../language/language.ts";
import { CellEvaluator } from "./cell-evaluator.ts";
import { kernelDeclarations, providedDeclarations } from "./scope.ts";

/** Loads what runs cells, as far as it lives in the worker thread, and starts the language service ahead of the first. */
export function loadEvaluator({ port, folder }: { port: MessagePort; folder: string }): CellEvaluator {
  const language = createLanguage({
    folder,
    ambient: `${scopeDeclarations}\n${kernelDeclarations}`,
    paths: providedDeclarations,
  });
  void language.start();
  return new CellEvaluator({ port, language, registry: builtinMagics });
}
