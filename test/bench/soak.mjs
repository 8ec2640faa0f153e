// Ten thousand cells in one session: what the kernel and its language server hold, and what a cell takes, as time goes by.
import { startKernel } from "./client.mjs";
import { kernels } from "./peers.mjs";
import { printTable } from "./measure.mjs";
import { memoryOf } from "./memory.mjs";

const STEPS = 20;
// The first tenth is what caches take to fill.
const WARM = 0.1;

/** Runs the cells, prints a table, and says whether the memory stayed within a tenth. */
export async function soak(cells) {
  const [ours] = await kernels();
  const { client, child, stop } = await startKernel(ours.argv);
  await client.ready();
  const rows = [];
  let last = performance.now();
  for (let n = 0; n <= cells; n += 1) {
    const reply = await client.execute(cellOf(n));
    if (reply.status !== "ok" && !cellOf(n).startsWith("throw"))
      throw new Error(`cell ${n}: ${reply.evalue}`);
    if (n === 0 || n % Math.ceil(cells / STEPS) !== 0) continue;
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
  const warm = rows.filter(({ n }) => n >= cells * WARM).map(({ megabytes }) => megabytes);
  const growth = (warm.at(-1) / warm[0] - 1) * 100;
  console.log(`\nAfter the first tenth, the memory changed by ${growth.toFixed(1)} %.`);
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
