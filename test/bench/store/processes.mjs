// What it costs to run a realizer in a process of its own, and what it brings.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inProcess, latest, openStore, processes, realize, stage } from "../../../dist/core/index.js";
import { median, ms, time } from "../measure.mjs";

const trivial = stage({
  name: "trivial",
  config: {},
  module: import.meta.url,
  matcher: latest(),
  realize: (build) => build.log("done"),
});

const ROUNDS = 3e7;

const computing = (seed) =>
  stage({
    name: "computing",
    config: { seed, rounds: ROUNDS },
    module: import.meta.url,
    matcher: latest(),
    realize(build) {
      let sum = build.config.seed;
      for (let at = 0; at < build.config.rounds; at++) sum = (sum * 1103515245 + at) % 2147483647;
      build.log(String(sum));
    },
  });

const many = stage({
  name: "many",
  config: {},
  realize(build) {
    for (let at = 0; at < 10_000; at++)
      writeFileSync(build.path(`folder${at % 100}`, `file${at}`), String(at));
  },
});

/** The rows of what processes take. */
export async function benchProcesses(folder) {
  const store = openStore({ root: join(folder, "processes"), durable: false });
  const again = (executor, target = trivial) => realize(target, { store, executor, force: true });
  await again(inProcess());
  return [
    await benchStart(again),
    await benchWarm(again),
    await benchSpeedUp(store),
    await benchLook(again, store),
  ];
}

async function benchStart(again) {
  const bare = await time(() => execFileSync(process.execPath, ["-e", "0"]), { rounds: 9 });
  const starts = [];
  for (let round = 0; round < 9; round += 1) {
    const executor = processes();
    starts.push(await time(() => again(executor), { rounds: 1 }));
    await executor.close();
  }
  return [
    "a process for builds, with its first build",
    ms(median(starts)),
    "250 ms",
    `bare Node: ${ms(bare)}`,
  ];
}

async function benchWarm(again) {
  const executor = processes();
  const [here, there] = [[], []];
  for (let round = 0; round < 60; round += 1) {
    here.push(await time(() => again(inProcess()), { rounds: 1 }));
    there.push(await time(() => again(executor), { rounds: 1 }));
  }
  await executor.close();
  const over = median(there) - median(here);
  return ["a trivial stage in a warm process, over one here", ms(over), "15 ms", `here: ${ms(median(here))}`];
}

async function benchSpeedUp(store) {
  const stages = [computing(1), computing(2)];
  const executor = processes();
  const run = (jobs) => time(() => realize(stages, { store, executor, jobs, force: true }), { rounds: 3 });
  await run(2);
  const [one, two] = [await run(1), await run(2)];
  await executor.close();
  const beside = `1 job: ${ms(one)}, 2 jobs: ${ms(two)}`;
  return ["two stages that compute, at 2 jobs over 1", `${(one / two).toFixed(2)} x`, "1.8 x", beside];
}

/** What is looked through after a run: that the realizer has left alone what it works on. */
async function benchLook(again, store) {
  const use = (config) =>
    stage({
      name: "use",
      config,
      module: import.meta.url,
      matcher: latest(),
      realize: (build) => build.log("done"),
    });
  await realize(use({ many }), { store });
  const [plain, looking] = [[], []];
  for (let round = 0; round < 9; round += 1) {
    plain.push(await time(() => again(inProcess(), use({})), { rounds: 1 }));
    looking.push(await time(() => again(inProcess(), use({ many })), { rounds: 1 }));
  }
  const over = median(looking) - median(plain);
  return ["a build on 10,000 files, over one on none", ms(over), "100 ms", `on none: ${ms(median(plain))}`];
}
