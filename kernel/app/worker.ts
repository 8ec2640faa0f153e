import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";

import { builtinMagics, scopeDeclarations } from "../../magics/index.ts";
import { createInterrupter } from "../engine/interrupter.ts";
import { createLanguage } from "../language/language.ts";
import { fileHistory, historyPath } from "../session/history-file.ts";
import { startSession } from "../session/start.ts";
import { readConnectionFile } from "../wire/connection.ts";
import { CellEvaluator } from "./cell-evaluator.ts";
import { watchParent } from "./parent.ts";
import { packageVersion } from "./package.ts";
import { kernelDeclarations, providedDeclarations, typescriptVersion } from "./scope.ts";

/** What the main thread starts the worker thread with. */
export interface WorkerStart {
  /** The path of Jupyter's connection file. */
  readonly connectionFile: string;
  /** The notebook's folder. */
  readonly folder: string;
  /** The engine's end of interrupts. */
  readonly interruptPort: MessagePort;
}

const { connectionFile, folder, interruptPort } = workerData as WorkerStart;
if (parentPort === null)
  throw new TypeError("This module is for a worker thread: kernel/app/main.ts starts it");

const language = createLanguage({
  folder,
  ambient: `${scopeDeclarations}\n${kernelDeclarations}`,
  paths: providedDeclarations,
});
void language.start();

const interrupter = createInterrupter({
  port: interruptPort,
  // A main thread that waits for a child process is freed by a signal to that child, and never to this one.
  spare: () => (language.serverPid === undefined ? [] : [language.serverPid]),
});
const evaluator = new CellEvaluator({ port: parentPort, language, interrupter, registry: builtinMagics });
const typescript = await typescriptVersion();
const connection = await readConnectionFile(connectionFile);
const session = await startSession({
  connection,
  evaluator,
  info: {
    implementation: "lightnix",
    implementationVersion: packageVersion,
    languageVersion: typescript,
    banner: `Lightnix ${packageVersion}, TypeScript ${typescript}, Node.js ${process.versions.node}\n%lsmagic lists what a cell can say.`,
    helpLinks: [
      { text: "Lightnix", url: "https://www.npmjs.com/package/lightnix" },
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    ],
  },
  history: fileHistory(historyPath("lightnix")),
});
watchParent(process.env["JPY_PARENT_PID"], () => void session.close());
await session.closed;
interrupter.close();
// What still holds the thread, an unfinished request to the language server for one, is of no use to anybody now.
process.exit(0);
