// The store by itself, beside joblib, Nix and OpenSSL where they are to be had: one table.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median, ms, printTable, time } from "./measure.mjs";
import { benchBundles } from "./store/bundles.mjs";
import { benchChains } from "./store/chains.mjs";
import { benchExplain } from "./store/explain.mjs";
import { benchHashes } from "./store/hashes.mjs";
import { benchListing } from "./store/listing.mjs";
import { benchOutcomes } from "./store/outcomes.mjs";
import { benchProcesses } from "./store/processes.mjs";
import { benchScheduling } from "./store/scheduling.mjs";

// On a disk, as /tmp may be none, and away from where programs come and go: ext4 passes over inodes that became free within the last
// minute one by one, which can make a new file near them take twenty times as long.
const out = fileURLToPath(new URL("../out", import.meta.url));

/** Measures the store and prints one table. */
export async function benchStore() {
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, "store-"));
  try {
    printTable(
      "Store (medians)",
      ["work", "takes", "is to take", "beside"],
      [
        ...(await benchChains(folder)),
        ...(await benchHashes(folder)),
        ...benchListing(folder),
        ...(await benchScheduling(folder)),
        ...(await benchOutcomes(folder)),
        ...(await benchExplain(folder)),
        ...(await benchProcesses(folder)),
        ...(await benchBundles(folder)),
        await benchImport(),
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchImport() {
  const index = new URL("../../dist/core/index.js", import.meta.url).href;
  const run = (code) =>
    time(() => execFileSync(process.execPath, ["--input-type=module", "-e", code]), { rounds: 1 });
  const [bare, whole] = [[], []];
  for (let round = 0; round < 15; round += 1) {
    bare.push(await run(""));
    whole.push(await run(`await import(${JSON.stringify(index)})`));
  }
  return [
    "import lightnix, over bare Node",
    ms(median(whole) - median(bare)),
    "60 ms",
    `bare Node: ${ms(median(bare))}`,
  ];
}
