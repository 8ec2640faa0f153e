import type { Evaluator } from "../session/evaluator.ts";
import type { CellEvaluator } from "./cell-evaluator.ts";
import { cellTitle } from "./cell-title.ts";
import type { LastWords } from "./last-words.ts";

/**
 * An evaluator that is there at once, and hands on when the real one is loaded. Before a cell it tells what there is to say of the
 * process whose place this one took, and notes which cell runs.
 */
export function evaluatorOnItsWay(loaded: Promise<CellEvaluator>, lastWords: LastWords): Evaluator {
  return {
    concurrent: true,
    execute: async (execution, output) => {
      output.stream("stderr", lastWords.toTell(execution));
      const cell = cellTitle(execution.executionCount);
      lastWords.begin(cell);
      try {
        return await (await loaded).execute(execution, output);
      } finally {
        // Whoever waits for the cell is told first.
        setImmediate(() => lastWords.end(cell));
      }
    },
    foresee: (code) => void loaded.then((evaluator) => evaluator.foresee(code)),
    complete: async (...request) => await (await loaded).complete(...request),
    inspect: async (...request) => await (await loaded).inspect(...request),
    isComplete: async (code) => await (await loaded).isComplete(code),
    commOpened: async (...opening) => await (await loaded).commOpened(...opening),
    commReceived: async (...message) => await (await loaded).commReceived(...message),
    commClosed: async (...message) => await (await loaded).commClosed(...message),
    debug: async (...request) => await (await loaded).debug(...request),
    interrupt: async () => await (await loaded).interrupt(),
    shutdown: async () => await (await loaded).shutdown(),
  };
}
