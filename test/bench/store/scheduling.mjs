// What it takes to go through stages that are all there: what scheduling costs, and what looking costs.
import { join } from "node:path";
import { instantiate, openStore, realize, realize$ } from "../../../dist/core/index.js";
import { schedule$ } from "../../../dist/core/realize/schedule.js";
import { ms, time } from "../measure.mjs";
import { chain, fan } from "./stages.mjs";

/** The rows on scheduling. */
export async function benchScheduling(folder) {
  const rows = [];
  for (const count of [100, 1_000, 10_000]) {
    const chained = await scheduling(count, (index) => (index === 0 ? [] : [index - 1]));
    const apart = await scheduling(count, () => []);
    rows.push([
      `schedule ${count} stages that are there`,
      ms(chained),
      count === 10_000 ? "150 ms" : "–",
      `${micro(chained / count)} a stage; independent ones: ${micro(apart / count)} a stage`,
    ]);
  }
  for (const count of [100, 1_000, 10_000])
    rows.push(await realizing(join(folder, `cached-${count}`), count));
  return rows;
}

async function scheduling(count, dependenciesOf) {
  const drefs = Array.from({ length: count }, (_, index) => `dref:${index.toString(16).padStart(32, "0")}-s`);
  const tasks = drefs.map((dref, index) => ({
    dref,
    dependencies: dependenciesOf(index).map((n) => drefs[n]),
  }));
  const workers = {
    jobs: 4,
    settle: () => "done",
    work: () => Promise.resolve("done"),
    isStopping: () => false,
  };
  const run = () =>
    new Promise((complete, error) => schedule$(tasks, workers).subscribe({ complete, error }));
  return await time(run, { rounds: 15 });
}

/** A closure that is instantiated already, with every event told. */
async function realizing(root, count) {
  const store = openStore({ root, durable: false });
  const target = count === 10_000 ? fan(count - 1) : chain(count);
  await realize(target, { store, jobs: 8 });
  const closure = await instantiate(target, { store });
  let events = 0;
  const takes = await time(() => realize$(closure).forEach(() => events++), { rounds: 9 });
  if (events < count) throw new Error(`Only ${events} events of ${count} stages`);
  return [
    `realize ${count} instantiated stages that are there`,
    ms(takes),
    "–",
    `${micro(takes / count)} a stage`,
  ];
}

function micro(value) {
  return `${(value * 1000).toFixed(1)} µs`;
}
