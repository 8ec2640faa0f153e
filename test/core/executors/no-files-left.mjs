// Realizes stages in a process that may open no more files; with the compiled core. Start it with a low limit of open files (ulimit -n).
//   node no-files-left.mjs <folder of the project> <root of a store>
// It prints one JSON value: what became of each, and of the process.
import { closeSync, openSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const [project, root] = process.argv.slice(2);
const { errorCode, openStore, processes, realize, stage } = await import(
  pathToFileURL(`${project}/dist/core/index.js`).href
);
const uncaught = [];
process.on("uncaughtException", (error) => uncaught.push(error.message));

// Leaves enough to read a file, and too few for the pipes of another process.
async function withFewFiles(run) {
  const open = [];
  try {
    for (;;) open.push(openSync("/dev/null"));
  } catch {
    // None is left.
  }
  for (const file of open.splice(0, 3)) closeSync(file);
  try {
    return await run();
  } finally {
    for (const file of open) closeSync(file);
  }
}

async function outcome(target, options) {
  try {
    return await realize(target, { store: openStore({ root }), ...options });
  } catch (error) {
    return { code: errorCode(error), cause: errorCode(error.cause), message: error.message };
  }
}

const command = stage({
  name: "command",
  config: {},
  realize: async (build) => await withFewFiles(async () => await build.exec("true")),
});
const closed = stage({ name: "closed", config: {}, module: import.meta.url, realize() {} });
const executor = processes();
const short = {
  name: "short",
  run: async (task) => await withFewFiles(async () => await executor.run(task)),
};
const outcomes = [await outcome(command), await outcome(closed, { executor: short })];
await executor.close();
await setTimeout(50);
process.stdout.write(JSON.stringify({ outcomes, uncaught }));
