// The store by itself: cached and fresh chains of stages, tree hashes.
import { execFileSync } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, realize, stage } from "../../dist/core/index.js";
import { treeHash } from "../../dist/core/hash.js";
import { ms, printTable, time } from "./measure.mjs";

const MB = 1024 * 1024;

/** Measures the store and prints one table. */
export async function benchStore() {
  const folder = await mkdtemp(join(tmpdir(), "lightnix-bench-"));
  try {
    printTable(
      "Store (medians)",
      ["work", "time", "beside"],
      [
        ...(await chains(folder)),
        ...(await hashes(folder)),
        ["import lightnix, over bare Node", ms(await importTime()), ""],
      ],
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function chains(folder) {
  const durable = await cold(folder, { durable: true });
  const fast = await cold(folder, { durable: false });
  const warm300 = await warm(folder, 300);
  const warm3000 = await warm(folder, 3000);
  return [
    ["build a chain of 300 trivial stages, durable", ms(durable), `${ms(durable / 300)} a stage`],
    ["build a chain of 300 trivial stages, not durable", ms(fast), `${ms(fast / 300)} a stage`],
    ["realize a cached chain of 300 stages", ms(warm300), `${ms(warm300 / 300)} a stage`],
    [
      "realize a cached chain of 3,000 stages",
      ms(warm3000),
      `${(warm3000 / warm300).toFixed(1)} times that of 300`,
    ],
  ];
}

function chain(length) {
  let last;
  for (let index = 0; index < length; index += 1) {
    last = stage({
      name: `link-${index}`,
      config: last === undefined ? { index } : { index, last },
      realize: (build) => writeFile(build.path("out.txt"), String(build.config.index)),
    });
  }
  return last;
}

let roots = 0;
const freshStore = (folder, options) =>
  openStore({ root: join(folder, `store-${(roots += 1)}`), ...options });

async function cold(folder, options) {
  return time((store) => realize(chain(300), { store }), {
    rounds: 3,
    before: () => freshStore(folder, options),
  });
}

async function warm(folder, length) {
  const store = freshStore(folder, { durable: false });
  await realize(chain(length), { store });
  return time(() => realize(chain(length), { store }), { rounds: 7 });
}

async function hashes(folder) {
  const big = join(folder, "big");
  await mkdir(big);
  await fill(join(big, "one.bin"), 512);
  const small = join(folder, "small");
  await mkdir(small);
  for (let index = 0; index < 10_000; index += 1)
    await writeFile(join(small, `file-${index}.txt`), `content ${index}`);
  const bigMs = await time(() => treeHash(big), { rounds: 3 });
  const smallMs = await time(() => treeHash(small), { rounds: 5 });
  const speed = (512 * MB) / 1e6 / (bigMs / 1000);
  const openssl = opensslSpeed();
  return [
    [
      "tree hash of 512 MB in one file",
      ms(bigMs),
      `${Math.round(speed)} MB/s${openssl ? `, ${(speed / openssl).toFixed(2)} of openssl's sha256` : ""}`,
    ],
    ["tree hash of 10,000 small files", ms(smallMs), ""],
  ];
}

async function fill(path, megabytes) {
  const stream = createWriteStream(path);
  const block = Buffer.alloc(MB, 7);
  for (let index = 0; index < megabytes; index += 1) {
    block.writeUInt32LE(index);
    if (!stream.write(Buffer.from(block))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "close");
}

/** MB/s of `openssl speed sha256` at 1 MiB blocks; nothing where openssl is missing. */
function opensslSpeed() {
  try {
    const text = execFileSync("openssl", ["speed", "-seconds", "2", "-bytes", String(MB), "-evp", "sha256"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Number(/([\d.]+)k\s*$/m.exec(text)?.[1]) / 1000 || undefined;
  } catch {
    return undefined;
  }
}

async function importTime() {
  const index = new URL("../../dist/core/index.js", import.meta.url).href;
  const run = (code) =>
    time(() => execFileSync(process.execPath, ["--input-type=module", "-e", code]), { rounds: 9 });
  return (await run(`await import(${JSON.stringify(index)})`)) - (await run(""));
}
