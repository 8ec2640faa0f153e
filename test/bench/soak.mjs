// Ten thousand cells in one session: what the kernel and its language server hold, and what a cell takes, as time goes by.
import { startKernel } from "./client.mjs";
import { kernels } from "./peers.mjs";
import { printTable } from "./measure.mjs";
import { memoryOf } from "./memory.mjs";

const STEPS = 20;
const GROWTH_AT_MOST = 0.1;

/**
 * Runs the cells and prints a table.
 *
 * @returns whether the memory is flat: its mean over the last fifth is within a tenth of that over the second one (the first
 * is what caches take to fill; means, because what is collected goes up and down)
 */
export async function soak(cells) {
  const [ours] = await kernels();
  const { client, child, execute, stop } = await startKernel(ours.argv);
  await client.ready();
  const rows = [];
  let last = performance.now();
  for (let n = 1; n <= cells; n += 1) {
    const code = cellOf(n);
    const reply = await execute(code);
    if (reply.status !== "ok" && !code.startsWith("throw")) throw new Error(`cell ${n}: ${reply.evalue}`);
    if (n % Math.ceil(cells / STEPS) !== 0) continue;
    const now = performance.now();
    rows.push({ n, cellMs: ((now - last) * STEPS) / cells, megabytes: memoryOf(child.pid) });
    last = now;
  }
  await stop();
  printTable(
    `${cells} cells in one session`,
    ["cells", "a cell", "kernel and language server"],
    rows.map(({ n, cellMs, megabytes }) => [n, `${cellMs.toFixed(1)} ms`, `${Math.round(megabytes)} MB`]),
  );
  const memory = growth(rows.map(({ megabytes }) => megabytes));
  const time = growth(rows.map(({ cellMs }) => cellMs));
  const isFlat = memory <= GROWTH_AT_MOST;
  console.log(
    `\nFrom the second fifth to the last one: memory ${percent(memory)}, ${isFlat ? "flat" : "NOT flat"} ` +
      `(at most ${percent(GROWTH_AT_MOST)}); a cell's time ${percent(time)}.`,
  );
  return isFlat;
}

function growth(values) {
  const fifth = values.length / 5;
  return mean(values.slice(-fifth)) / mean(values.slice(fifth, 2 * fifth)) - 1;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share) {
  return `${share < 0 ? "" : "+"}${(share * 100).toFixed(1)} %`;
}

function cellOf(n) {
  const kinds = [
    `const v${n % 50} = ${n}; v${n % 50} + 1`,
    `console.log("cell", ${n}); [1, 2, 3].map((x: number) => x * ${n})`,
    `function f${n % 50}(x: number): string { return String(x + ${n}); } f${n % 50}(1)`,
    `({ n: ${n}, text: "x".repeat(1000) })`,
    `await new Promise((resolve) => setTimeout(resolve, 0)); ${n}`,
    `display.html("<b>${n}</b>")`,
    `throw new Error("e${n}")`,
    `interface P${n % 20} { x: number } const p${n % 20}: P${n % 20} = { x: ${n} }; p${n % 20}.x`,
  ];
  return kinds[n % kinds.length];
}
