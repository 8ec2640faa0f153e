// The worker thread of the kernel: sockets and session first, so that Jupyter gets its first answers while all else loads.
import { rmSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { CapturedDescriptors } from "../display/descriptors.ts";
import type { ServerProcess } from "../language/spawn-server.ts";
import { fileHistory, historyPath } from "../session/history-file.ts";
import { memoryHistory, type History } from "../session/history.ts";
import { startSession } from "../session/start.ts";
import type { Log } from "../wire/log.ts";
import { readConnectionFile, type Connection } from "../wire/connection.ts";
import { evaluatorOnItsWay } from "./evaluator-on-its-way.ts";
import { LastWords } from "./last-words.ts";
import type { ToMain } from "./port.ts";
import { watchParent } from "./parent.ts";
import { packageVersion, typescriptVersion } from "./versions.ts";
import { UsageMeter } from "./usage.ts";

/** What the main thread starts the worker thread with. */
export interface WorkerStart {
  /** The path of Jupyter's connection file. */
  readonly connectionFile: string;
  /** The notebook's folder. */
  readonly folder: string;
  /** What the main thread's cells print. */
  readonly ring: SharedArrayBuffer;
  /** Where what programs and native code print can be read. */
  readonly captured: CapturedDescriptors | undefined;
}

const { connectionFile, folder, ring, captured } = workerData as WorkerStart;
if (parentPort === null)
  throw new TypeError("This module is for a worker thread: kernel/app/main.ts starts it");

// A mistake of ours in answering one request is no reason to lose the notebook's state: it is told, and the kernel lives on.
const tell = (error: unknown): void => {
  process.stderr.write(
    `Lightnix: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
};

// Messages that were dropped, because they are not signed for one, are told to whoever runs Jupyter.
const tellWarning: Log = (level, message) => {
  process.stderr.write(`Lightnix: ${level}: ${message}\n`);
};

void serve(parentPort);

async function serve(port: MessagePort): Promise<void> {
  const connection = readConnectionFile(connectionFile);
  let exitCode: number | undefined;
  const exit = (code: number): void => {
    // What has been told to the client stands, whatever is called while the kernel ends.
    if (exitCode !== undefined) return;
    exitCode = code;
    // The reply of the cell that said so is still on its way.
    setTimeout(() => void session.close(), 100);
  };
  // When the sockets are there, the language server before all else: its process works while this thread goes on loading.
  let startLoading = (): void => undefined;
  const bound = new Promise<void>((resolve) => {
    startLoading = resolve;
  });
  const loaded = bound.then(async () => {
    const spawned = await spawnAhead();
    const { startEvaluator } = await import("./start-evaluator.ts");
    return await startEvaluator({ port, folder, ring, captured, exit }, spawned);
  });
  const lastWords = new LastWords(connectionFile);
  const meter = new UsageMeter();
  const evaluator = evaluatorOnItsWay(loaded, lastWords);
  const session = await startSession({
    connection,
    evaluator,
    info: {
      implementation: "lightnix",
      implementationVersion: packageVersion,
      languageVersion: typescriptVersion,
      banner: `Lightnix ${packageVersion}, TypeScript ${typescriptVersion}, Node.js ${process.versions.node}\n%lsmagic lists what a cell can say.`,
      helpLinks: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    },
    history: openHistory(),
    usage: () => meter.read(),
    log: tellWarning,
  });
  // The first question of every client, which kernel this is, is answered before that.
  setTimeout(() => {
    port.postMessage({ type: "bound" } satisfies ToMain);
    startLoading();
  }, 12);
  const published = await publishOwn(session.connection);
  process.on("uncaughtException", tell);
  process.on("unhandledRejection", tell);
  watchParent(process.env["JPY_PARENT_PID"], () => void session.close());
  await session.closed;
  lastWords.close();
  if (published !== undefined) rmSync(published, { force: true });
  process.off("uncaughtException", tell);
  process.off("unhandledRejection", tell);
  // The main thread ends the process, whatever still holds this one: an unfinished request to the language server, for one.
  port.postMessage({ type: "end", code: exitCode ?? 0 } satisfies ToMain);
  // When it computes in native code, it does not hear of that.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 1000);
}

// A kernel that its launcher did not give the ports tells other clients; without that, its launcher knows.
async function publishOwn(connection: Connection | undefined): Promise<string | undefined> {
  if (connection?.registration === undefined) return undefined;
  const { publishConnection } = await import("./connection-file.ts");
  try {
    return await publishConnection(connectionFile, connection);
  } catch (error) {
    tell(error);
    return undefined;
  }
}

// Without a server there is no check, and the language service says why.
async function spawnAhead(): Promise<ServerProcess | undefined> {
  const { spawnServer } = await import("../language/spawn-server.ts");
  try {
    return spawnServer();
  } catch {
    return undefined;
  }
}

function openHistory(): History {
  try {
    return fileHistory(historyPath("lightnix"), tellWarning);
  } catch (error) {
    // A user without a home has no place for it.
    tell(error);
    return memoryHistory();
  }
}
