// Chains and fans of trivial stages: built from nothing, and found again.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore, realize } from "../../../dist/core/index.js";
import { syncAll } from "../../../dist/core/store/durable.js";
import { median, ms, time } from "../measure.mjs";
import { joblibMs, nixBuildMs } from "./peers.mjs";
import { chain, fan } from "./stages.mjs";

const freshProcess = fileURLToPath(new URL("fresh-process.mjs", import.meta.url));

/** The rows on chains and fans. */
export async function benchChains(folder) {
  return [...(await built(folder)), ...(await cached(folder))];
}

async function built(folder) {
  const rows = [];
  for (const durable of [true, false]) {
    // Warm code first; and nothing is removed in between, as ext4 avoids inodes that became free in the last minute.
    for (const round of [0, 1, 2]) await cold(join(folder, `warm-up-${durable}-${round}`), durable);
    const ours = [];
    const bare = [];
    for (let round = 0; round < 5; round += 1) {
      ours.push(await cold(join(folder, `cold-${durable}-${round}`), durable));
      bare.push(await bareCalls(join(folder, `bare-${durable}-${round}`), durable));
    }
    rows.push([
      `build a chain of 300 trivial stages, ${durable ? "durable" : "not durable"}`,
      `${ms(median(ours) / 300)} a stage`,
      durable ? "2 ms a stage" : "1 ms a stage",
      `the bare calls to the file system: ${ms(median(bare) / 300)} a stage`,
    ]);
  }
  return rows;
}

async function cold(root, durable) {
  const started = performance.now();
  await realize(chain(300), { store: openStore({ root, durable }) });
  return performance.now() - started;
}

/** What the file system takes for as many files and folders as 300 stages are, and to have them on the disk. */
async function bareCalls(root, durable) {
  mkdirSync(join(root, "tmp"), { recursive: true });
  const started = performance.now();
  for (let index = 0; index < 300; index += 1) {
    const [derivation, realization] = [join(root, String(index)), join(root, "tmp", String(index))];
    mkdirSync(derivation);
    writeFileSync(join(derivation, "config.json"), "{}");
    mkdirSync(realization);
    const files = ["out.txt", "context.json", "__build__.json"].map((name) => join(realization, name));
    for (const file of files) writeFileSync(file, "{}");
    if (durable) await syncAll([...files, realization]);
    renameSync(realization, join(derivation, "realization"));
    if (durable) await syncAll([derivation]);
  }
  return performance.now() - started;
}

async function cached(folder) {
  const short = await warm(join(folder, "chain-300"), () => chain(300));
  const long = await warm(join(folder, "chain-3000"), () => chain(3000));
  const wide = await warm(join(folder, "fan-1000"), () => fan(1000));
  const joblib = joblibMs(folder, 300);
  const fresh = await time(() => realizeInFreshProcess(join(folder, "chain-3000"), 3000), { rounds: 5 });
  const nix = await nixBuildMs(3000);
  return [
    [
      "realize a cached chain of 300 stages",
      ms(short),
      "20 ms",
      beside("joblib.Memory, 300 calls", joblib, short),
    ],
    ["realize a cached chain of 3,000 stages", `${(long / short).toFixed(1)} x that`, "12 x that", ms(long)],
    ["the same by a fresh process", ms(fresh), "2 x nix-build", beside("nix-build", nix, fresh)],
    [
      "realize a cached fan of 1,000 stages",
      `${ms(wide / 1001)} a stage`,
      "as a chain",
      `the chain of 3,000: ${ms(long / 3000)} a stage`,
    ],
  ];
}

/** The stages are made anew each time, as a notebook does that is run again. */
async function warm(root, make) {
  const store = openStore({ root, durable: false });
  await realize(make(), { store });
  return time(() => realize(make(), { store, assertRealized: true }), { rounds: 9 });
}

function realizeInFreshProcess(root, length) {
  execFileSync(process.execPath, [freshProcess, root, String(length)]);
}

function beside(name, theirs, ours) {
  return theirs === undefined
    ? `${name}: not here`
    : `${name}: ${ms(theirs)} (ours over it: ${(ours / theirs).toFixed(2)})`;
}
