// Cells that build on each other: what one takes after few and after many, and what else takes long when there are many.
import { NoAnswer } from "./client.mjs";
import { median, time } from "./measure.mjs";
import { memoryOf } from "./memory.mjs";

const counts = [10, 100, 500];
const measured = 20;
const budgetMs = 60_000;

/** Runs the cells, as many as there is time for, and keeps the figures of how far they came. */
export async function measureTyped({ child, execute, ask }, kernel, figures) {
  const started = performance.now();
  let next = 0;
  const run = async () => {
    const reply = await execute(kernel.typed(next));
    if (reply.status !== "ok") throw new Error(`${kernel.name}: ${reply.evalue}`);
    next += 1;
  };
  for (const count of counts) {
    const figure = `typed cell after ${count} that build on each other`;
    try {
      while (next < count && performance.now() - started < budgetMs) await run();
      if (next < count) {
        console.log(`${kernel.name} came to ${next} of ${count} typed cells in ${budgetMs / 1000} s`);
        return;
      }
      if (count === 100 && process.platform !== "win32")
        figures["memory after 100 cells, in MB"] = memoryOf(child.pid);
      const times = [];
      for (let round = 0; round < measured; round += 1) times.push(await time(run, { rounds: 1 }));
      figures[figure] = median(times);
    } catch (error) {
      if (error instanceof NoAnswer) figures[figure] = `> ${error.afterMs / 1000} s`;
      throw error;
    }
    if (count === 100) await measureQuestions(ask, figures);
  }
}

async function measureQuestions(ask, figures) {
  const asked = (type, code) =>
    time(() => ask(type, { code, cursor_pos: code.length, detail_level: 0 }), { rounds: 20 });
  figures["completion of a member after 100 cells"] = await asked("complete_request", "v99.");
  figures["inspection after 100 cells"] = await asked("inspect_request", "v99");
}
