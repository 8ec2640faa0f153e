// Kernel start, a trivial cell, typed cells, printing, a picture, interrupt: ours beside the peers, in one run.
import { setTimeout as sleep } from "node:timers/promises";
import { startKernel } from "./client.mjs";
import { median, ms, printTable, ratio, time } from "./measure.mjs";
import { kernels } from "./peers.mjs";
import { measureQueue } from "./queue.mjs";
import { measureTyped } from "./typed.mjs";

const SILENCE_MS = 180_000;

/** Measures every kernel and prints one table. */
export async function benchKernels() {
  const columns = [];
  for (const kernel of await kernels())
    columns.push({ name: kernel.name, figures: await measureKernel(kernel) });
  const [ours] = columns;
  const work = Object.keys(ours.figures);
  printTable(
    "Kernels (medians; in brackets: ours over theirs)",
    ["work", ...columns.map(({ name }) => name)],
    work.map((name) => [
      name,
      ...columns.map(({ figures }, index) =>
        index === 0 || figures[name] === undefined
          ? shown(name, figures[name])
          : `${shown(name, figures[name])} (${ratio(ours.figures[name], figures[name])})`,
      ),
    ]),
  );
}

function shown(name, figure) {
  return name.endsWith("in MB") && figure !== undefined ? String(Math.round(figure)) : ms(figure);
}

async function measureKernel(kernel) {
  const start = await measureStart(kernel);
  const running = await startKernel(kernel.argv);
  try {
    await running.client.ready();
    const parts = [
      measureTrivial,
      measureTyped,
      measurePrinting,
      measurePicture,
      measureInterrupt,
      measureQueue,
    ];
    const figures = [];
    for (const measure of parts) {
      const some = await unlessSilent(kernel, measure(running, kernel));
      // What it is still busy with would be measured along.
      if (some === undefined) break;
      figures.push(some);
    }
    return Object.assign(start, ...figures);
  } finally {
    await running.stop();
  }
}

/** The figures, or none when the kernel gives no answer for a minute; then that is said. */
async function unlessSilent(kernel, figures) {
  const answered = new AbortController();
  const silent = sleep(SILENCE_MS, undefined, { signal: answered.signal }).then(() => {
    console.log(`${kernel.name} gave no answer for ${SILENCE_MS / 1000} s; some of its figures are left out`);
    return undefined;
  });
  try {
    return await Promise.race([figures, silent]);
  } finally {
    answered.abort();
    silent.catch(() => undefined);
  }
}

async function measureStart(kernel) {
  const info = [];
  const result = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    const { client, stop } = await startKernel(kernel.argv);
    await client.request("kernel_info_request");
    info.push(performance.now() - started);
    // iopub is left alone: the reply itself says when the cell was done.
    await client.request("execute_request", {
      code: "1 + 1",
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
    });
    result.push(performance.now() - started);
    await stop();
  }
  return { "spawn until kernel_info_reply": median(info), "spawn until the first result": median(result) };
}

async function measureTrivial({ client }, kernel) {
  if (kernel.unchecked) await client.execute(kernel.unchecked);
  const figure = await time(() => client.execute("1 + 1"), { rounds: 50 });
  if (kernel.unchecked) await client.execute("%check strict");
  return { "trivial cell, checks off where there are any": figure };
}

async function measurePrinting({ client }, kernel) {
  if (kernel.unchecked) await client.execute(kernel.unchecked);
  const first = await client.execute(kernel.lines);
  if (first.status !== "ok") {
    console.log(`${kernel.name} did not print the lines (${first.status}): no figure for them`);
    return {};
  }
  const figure = await time(() => client.execute(kernel.lines), { rounds: 9 });
  if (kernel.unchecked) await client.execute("%check strict");
  return { "10,000 lines printed in a loop": figure };
}

async function measurePicture({ client }, kernel) {
  if (kernel.picture === undefined) return {};
  const loaded = await client.execute(kernel.picture.load);
  if (loaded.status !== "ok") throw new Error(`${kernel.name}: ${loaded.evalue}`);
  const figure = await time(() => client.execute(kernel.picture.show), { rounds: 5 });
  return { "display of a PNG of 20 MB": figure };
}

async function measureInterrupt({ client, child }, kernel) {
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    let answered;
    const running = client.execute(kernel.loop);
    void running.then((reply) => (answered = reply));
    await sleep(150);
    if (answered !== undefined) {
      console.log(
        `${kernel.name} did not run the endless loop (${answered.status}): no figure for its interrupt`,
      );
      return {};
    }
    const started = performance.now();
    if (kernel.signal) child.kill("SIGINT");
    else await client.request("interrupt_request");
    const reply = await running;
    times.push(performance.now() - started);
    // tslab ends the cell with a message on stderr and says "ok".
    if (reply.status === "ok" && kernel.name !== "tslab")
      throw new Error(`${kernel.name} was not interrupted`);
  }
  return { "interrupt of an endless loop": median(times) };
}
