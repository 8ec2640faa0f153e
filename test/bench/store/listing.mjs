// 100,000 realizations: listed, and a collection previewed, each in a process of its own, so that its memory can be told.
import { execFileSync } from "node:child_process";
import { copyFileSync, linkSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { derivationRef } from "../../../dist/core/canonical.js";
import { ms } from "../measure.mjs";

const DERIVATIONS = 1_000;
const OUTCOMES = 100;

/** The rows on large stores. */
export function benchListing(folder) {
  const root = join(folder, "large");
  writeStore(root);
  const list = "store.derivations().flatMap((dref) => store.realizations(dref))";
  return [
    row("list 100,000 realizations", "2 s", run(root, list)),
    row("preview a garbage collection over them", "3 s", run(root, "await planCollection(store)")),
  ];
}

function row(work, target, { tookMs, memoryMb }) {
  return [work, ms(tookMs), `${target}, under 300 MB`, `${memoryMb} MB`];
}

/** Written by hand and with hard links, as to build so many would take many minutes; who reads them sees no difference. */
function writeStore(root) {
  mkdirSync(root);
  const record = JSON.stringify({ started: new Date(0), stopped: new Date(0), sizeBytes: 1 });
  const texts = { "context.json": "{}", "__build__.json": record, "out.txt": "x" };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(root, name), text);
  for (let index = 0; index < DERIVATIONS; index += 1) {
    const dref = derivationRef("model", { index });
    const place = join(root, "store-v1", dref.slice("dref:".length));
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "config.json"), JSON.stringify({ index }));
    for (let outcome = 0; outcome < OUTCOMES; outcome += 1) {
      const realization = join(place, (index * OUTCOMES + outcome).toString(16).padStart(32, "0"));
      mkdirSync(realization);
      for (const name of Object.keys(texts)) linkOrCopy(join(root, name), join(realization, name));
    }
  }
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    // A file may have 65,000 names on ext4.
    if (error.code !== "EMLINK") throw error;
    copyFileSync(from, `${from}.new`);
    renameSync(`${from}.new`, from);
    linkSync(from, to);
  }
}

function run(root, expression) {
  const core = JSON.stringify(new URL("../../../dist/core/index.js", import.meta.url).href);
  const code = `const { openStore, planCollection } = await import(${core});
    const store = openStore({ root: process.argv[1] });
    const started = performance.now();
    const result = ${expression};
    console.log(JSON.stringify({ tookMs: performance.now() - started, memoryMb: Math.round(process.resourceUsage().maxRSS / 1024) }));`;
  const args = ["--input-type=module", "-e", code, root];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}
