// Cells that build on each other: what one takes after few and after many, and what else takes long when there are many.
import { median, time } from "./measure.mjs";
import { memoryOf } from "./memory.mjs";

const counts = [10, 100, 500];
const measured = 20;
// tslab takes half a second a cell.
const budgetMs = 120_000;

/** Runs the cells, as many as there is time for, and gives the figures of how far they came. */
export async function measureTyped({ client, child }, kernel) {
  const figures = {};
  const started = performance.now();
  let next = 0;
  const run = async () => {
    const reply = await client.execute(kernel.typed(next));
    if (reply.status !== "ok") throw new Error(`${kernel.name}: ${reply.evalue}`);
    next += 1;
  };
  for (const count of counts) {
    while (next < count && performance.now() - started < budgetMs) await run();
    if (next < count) return figures;
    if (count === 100 && process.platform !== "win32")
      figures["memory after 100 cells, in MB"] = memoryOf(child.pid);
    const times = [];
    for (let round = 0; round < measured; round += 1) times.push(await time(run, { rounds: 1 }));
    figures[`typed cell after ${count} that build on each other`] = median(times);
    if (count === 100) Object.assign(figures, await measureQuestions(client));
  }
  return figures;
}

async function measureQuestions(client) {
  const ask = (type, code) =>
    time(() => client.request(type, { code, cursor_pos: code.length, detail_level: 0 }), { rounds: 20 });
  return {
    "completion of a member after 100 cells": await ask("complete_request", "v99."),
    "inspection after 100 cells": await ask("inspect_request", "v99"),
  };
}
