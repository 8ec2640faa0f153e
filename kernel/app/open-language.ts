import { scopeDeclarations } from "../../magics/scope-declarations.ts";
import { createLanguage } from "../language/language.ts";
import type { Language } from "../language/language.ts";
import type { ServerProcess } from "../language/spawn-server.ts";
import { kernelDeclarations, providedDeclarations } from "./scope.ts";

/**
 * Starts the language service of a notebook, and has it read the libraries ahead of the first cell, in a process of its own: what
 * else the kernel needs is loaded meanwhile. The process may have been started ahead.
 */
export async function openLanguage(folder: string, spawned?: ServerProcess): Promise<Language> {
  const language = createLanguage({
    folder,
    ambient: `${scopeDeclarations}\n${kernelDeclarations}`,
    paths: providedDeclarations,
    ...(spawned === undefined ? {} : { spawned }),
  });
  await language.open();
  void language.start();
  return language;
}
