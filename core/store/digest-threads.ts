import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const MOST_THREADS = 8;

// The text is run as it stands, so that it works from sources and from the compiled files alike. A chunk that stays in the
// processor's cache between being read and being hashed is the fastest here, where nothing else waits for this thread.
const THREAD = `
const { createHash } = require("node:crypto");
const { closeSync, openSync, readSync } = require("node:fs");
const { parentPort } = require("node:worker_threads");
const chunk = Buffer.allocUnsafeSlow(256 * 1024);
parentPort.on("message", (path) => {
  const sha = createHash("sha256");
  const fd = openSync(path, "r");
  for (let got = readSync(fd, chunk); got > 0; got = readSync(fd, chunk)) sha.update(chunk.subarray(0, got));
  closeSync(fd);
  parentPort.postMessage(sha.digest("hex"));
});
`;

/** The SHA-256 of files, each 64 hex digits, in the order given, on all cores. */
export async function digestInThreads(paths: readonly string[]): Promise<string[]> {
  const digests: string[] = [];
  const queue = paths.entries();
  const count = Math.min(paths.length, availableParallelism(), MOST_THREADS);
  const threads = Array.from({ length: count }, () => new Worker(THREAD, { eval: true, execArgv: [] }));
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (const [index, path] of queue) digests[index] = await ask(thread, path);
      }),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
  return digests;
}

/** What the thread cannot read, it throws, and with that its error event settles the question. */
function ask(thread: Worker, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    thread.removeAllListeners();
    thread.once("message", resolve);
    thread.once("error", reject);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
    thread.postMessage(path);
  });
}
