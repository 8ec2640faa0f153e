// The outcome table of many realizations: 10,000 of one stage, and one of each point of a sweep.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { best, instantiate, list, openStore, outcomes, stage, sweep } from "../../../dist/core/index.js";
import { ms, time } from "../measure.mjs";

const COUNT = 10_000;

/** The rows on sweeps and outcome tables. */
export async function benchOutcomes(folder) {
  const matcher = best("metrics.json", { key: "accuracy" });
  const model = stage({ name: "model", config: { lr: 0 }, matcher, realize() {} });
  const values = Array.from({ length: COUNT }, (_, index) => ({ lr: index / COUNT }));
  let grid;
  const made = await time(() => (grid = sweep(model, list(values))), { rounds: 3 });
  const [one, many] = ["one", "many"].map((name) =>
    openStore({ root: join(folder, `outcomes-${name}`), durable: false }),
  );
  const { dref } = await instantiate(model, { store: one });
  for (let seed = 0; seed < COUNT; seed++) writeOutcome(one.path(dref), seed);
  let closures;
  const put = await time(async () => (closures = await instantiate(grid, { store: many })), { rounds: 1 });
  for (const [seed, closure] of closures.entries()) writeOutcome(many.path(closure.dref), seed);
  return [
    [`a sweep of ${counted} points`, ms(made), "1 s", `put into a store: ${ms(put)}`],
    await row(`outcomes of one stage, ${counted} realizations`, model, one, "1 s"),
    await row(`outcomes of a sweep, ${counted} points`, grid, many, "2 s"),
  ];
}

const counted = COUNT.toLocaleString("en");

async function row(work, target, store, wanted) {
  const fresh = () => openStore({ root: store.root, durable: false });
  const taken = await time(() => outcomes(target, { store: fresh() }), { rounds: 3 });
  const table = await outcomes(target, { store: fresh() });
  if (table.rows.length !== COUNT) throw new Error(`there are ${table.rows.length} rows`);
  const more = await time(() => table.sort("loss").group().sort("accuracy").toCSV(), { rounds: 3 });
  return [work, ms(taken), wanted, `sort, group and CSV: ${ms(more)}`];
}

/** Written by hand, as to build so many would take minutes; who reads them sees no difference. */
function writeOutcome(derivation, seed) {
  const folder = join(derivation, seed.toString(16).padStart(32, "0"));
  mkdirSync(folder);
  const at = new Date(seed).toISOString();
  const loss = Array.from({ length: 20 }, (_, step) => seed / (step + 1));
  writeFileSync(join(folder, "context.json"), "{}");
  writeFileSync(
    join(folder, "__build__.json"),
    JSON.stringify({ started: at, stopped: at, host: "bench", user: "bench", pid: 1, sizeBytes: 1 }),
  );
  writeFileSync(join(folder, "metrics.json"), JSON.stringify({ accuracy: seed / COUNT, loss }));
}
