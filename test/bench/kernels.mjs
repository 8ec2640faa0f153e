// Kernel start, a trivial cell, typed cells, printing, a picture, interrupt: ours beside the peers, in one run.
import { setTimeout as sleep } from "node:timers/promises";
import { NoFigure, answered, cell, startKernel } from "./client.mjs";
import { median, ms, printTable, ratio, time } from "./measure.mjs";
import { kernels } from "./peers.mjs";
import { QUEUED, timeQueue } from "./queue.mjs";
import { measureTyped } from "./typed.mjs";

/**
 * Measures every kernel and prints one table.
 *
 * @param only the names of the parts to measure; all of them, when none is named
 */
export async function benchKernels(only = []) {
  const columns = [];
  const all = await kernels();
  for (const kernel of all) columns.push({ name: kernel.name, figures: await measureKernel(kernel, only) });
  for (const [name, measure] of Object.entries(inTurns)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const measured = await measure(all);
    for (const [index, { figures }] of columns.entries()) Object.assign(figures, measured[index]);
  }
  const [ours] = columns;
  const work = [...new Set(columns.flatMap(({ figures }) => Object.keys(figures)))];
  printTable(
    "Kernels (medians; in brackets: ours over theirs)",
    ["work", ...columns.map(({ name }) => name)],
    work.map((name) => [
      name,
      ...columns.map(({ figures }, index) =>
        index === 0 || typeof figures[name] !== "number" || typeof ours.figures[name] !== "number"
          ? shown(name, figures[name])
          : `${shown(name, figures[name])} (${ratio(ours.figures[name], figures[name])})`,
      ),
    ]),
  );
}

function shown(name, figure) {
  if (figure === undefined || typeof figure === "string") return figure;
  return name.endsWith("in MB") ? String(Math.round(figure)) : ms(figure);
}

const trivial = {
  first: "trivial cell, checks off where there are any: the first 500",
  later: "the same after 2,000",
};
const queue = `a cell of ${QUEUED} queued at once`;
const parts = {
  typed: measureTyped,
  printing: measurePrinting,
  picture: measurePicture,
  interrupt: measureInterrupt,
};

/** What all kernels are measured at in turns: what the machine is doing beside them is then the same for each. */
const inTurns = {
  start: startInTurns,
  trivial: (all) => whileAllRun(all, trivialInTurns),
  queue: (all) => whileAllRun(all, queueInTurns),
};

/** The figures of one kernel. One that fails is started anew for the next part; what it did before stands. */
async function measureKernel(kernel, only) {
  const figures = {};
  let running;
  for (const [name, measure] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    running ??= await startReady(kernel);
    try {
      await measure(running, kernel, figures);
    } catch (error) {
      if (!(error instanceof NoFigure)) throw error;
      console.log(`${kernel.name}: ${error.message} (${name})`);
      await stop(running, kernel);
      running = undefined;
    }
  }
  if (running !== undefined) await stop(running, kernel);
  return figures;
}

async function startReady(kernel) {
  const running = await startKernel(kernel.argv);
  await running.client.ready();
  return running;
}

async function stop(running, kernel) {
  if (running.lost > 0) console.log(`${kernel.name} lost ${running.lost} messages`);
  await running.stop();
}

async function startInTurns(all) {
  const infos = all.map(() => []);
  const results = all.map(() => []);
  for (let round = 0; round < 11; round += 1)
    for (const [index, { argv }] of all.entries()) {
      const started = performance.now();
      const { client, stop: end } = await startKernel(argv);
      await client.request("kernel_info_request");
      infos[index].push(performance.now() - started);
      // iopub is left alone: the reply itself says when the cell was done.
      await answered(client.request("execute_request", cell("1 + 1")), "the first cell");
      results[index].push(performance.now() - started);
      await end();
    }
  return all.map((_, index) => ({
    "spawn until kernel_info_reply": median(infos[index]),
    "spawn until the first result": median(results[index]),
  }));
}

/** The figures of all kernels, each of which runs until all have taken their turns. */
async function whileAllRun(all, takeTurns) {
  const running = [];
  for (const kernel of all) running.push({ kernel, figures: {}, ...(await startReady(kernel)) });
  await takeTurns(running);
  for (const one of running) await stop(one, one.kernel);
  return running.map(({ figures }) => figures);
}

async function trivialInTurns(running) {
  for (const { kernel, execute } of running) if (kernel.unchecked) await execute(kernel.unchecked);
  // The first turn is for getting warm.
  await takeTurns(running, 1);
  await takeTurns(running, 10, trivial.first);
  await takeTurns(running, 29);
  await takeTurns(running, 10, trivial.later);
}

/** Has every kernel run fifty cells in its turn; what they took is kept under a name. */
async function takeTurns(running, turns, name) {
  const times = running.map(() => []);
  for (let turn = 0; turn < turns; turn += 1)
    for (const [index, { execute }] of running.entries())
      times[index].push(await time(() => execute("1 + 1"), { rounds: 50 }));
  if (name !== undefined)
    for (const [index, { figures }] of running.entries()) figures[name] = median(times[index]);
}

async function queueInTurns(running) {
  const times = new Map(running.map((one) => [one, []]));
  for (let turn = 0; turn < 3; turn += 1)
    for (const [one, ofOne] of times) {
      try {
        ofOne.push(await timeQueue(one));
      } catch (error) {
        if (!(error instanceof NoFigure)) throw error;
        console.log(`${one.kernel.name}: ${error.message} (queue)`);
        times.delete(one);
      }
    }
  for (const [{ figures }, ofOne] of times) figures[queue] = median(ofOne);
}

async function measurePrinting({ execute }, kernel, figures) {
  if (kernel.unchecked) await execute(kernel.unchecked);
  const first = await execute(kernel.lines);
  if (first.status !== "ok") throw new NoFigure(`did not print the lines (${first.status})`);
  figures["10,000 lines printed in a loop"] = await time(() => execute(kernel.lines), { rounds: 9 });
  if (kernel.unchecked) await execute("%check strict");
}

async function measurePicture({ execute }, kernel, figures) {
  if (kernel.picture === undefined) return;
  const loaded = await execute(kernel.picture.load);
  if (loaded.status !== "ok") throw new Error(`${kernel.name}: ${loaded.evalue}`);
  figures["display of a PNG of 20 MB"] = await time(() => execute(kernel.picture.show), { rounds: 5 });
}

async function measureInterrupt({ client, child, execute }, kernel, figures) {
  const times = [];
  // What a kernel loads for its first cell is done before.
  await execute("1 + 1");
  for (let round = 0; round < 5; round += 1) {
    // ipykernel and tslab drop what comes shortly after a cell that failed.
    await sleep(300);
    let reply;
    const running = execute(kernel.loop).then((one) => (reply = one));
    // When the interrupt gets no answer, this one gets none either.
    running.catch(() => undefined);
    await sleep(150);
    if (reply !== undefined) throw new NoFigure(`did not run the endless loop (${reply.status})`);
    const started = performance.now();
    if (kernel.signal) child.kill("SIGINT");
    else await answered(client.request("interrupt_request"), "an interrupt", 5000);
    await running;
    times.push(performance.now() - started);
    // tslab ends the cell with a message on stderr and says "ok".
    if (reply.status === "ok" && kernel.name !== "tslab") throw new NoFigure("was not interrupted");
  }
  figures["interrupt of an endless loop"] = median(times);
}
