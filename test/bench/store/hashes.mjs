// Tree hashes: large files beside OpenSSL, many small files beside the bare calls.
import { execFileSync } from "node:child_process";
import {
  closeSync,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { hashTree } from "../../../dist/core/hash.js";
import { median, ms, time } from "../measure.mjs";
import { opensslSpeed } from "./peers.mjs";

const MB = 1024 * 1024;
const BIG_BYTES = 512 * MB;

/** The rows on tree hashes. */
export async function benchHashes(folder) {
  return [...(await largeFiles(folder)), await smallFiles(folder)];
}

async function largeFiles(folder) {
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  for (const place of [one, two]) mkdirSync(place);
  await fill(join(one, "a.bin"), 1);
  for (const name of ["a.bin", "b.bin"]) await fill(join(two, name), 2);
  const speeds = { openssl: [], one: [], two: [] };
  // In turns, so that what else the machine does meanwhile meets all of them.
  for (let round = 0; round < 3; round += 1) {
    speeds.openssl.push(opensslSpeed());
    speeds.one.push(BIG_BYTES / 1e3 / (await time(() => hashTree(one), { rounds: 1 })));
    speeds.two.push((2 * BIG_BYTES) / 1e3 / (await time(() => hashTree(two), { rounds: 1 })));
  }
  const [openssl, single, double] = [median(speeds.openssl), median(speeds.one), median(speeds.two)];
  return [
    [
      "tree hash of 512 MB in one file",
      `${Math.round(single)} MB/s`,
      "0.9 x openssl",
      openssl
        ? `openssl speed sha256: ${Math.round(openssl)} MB/s (ours over it: ${(single / openssl).toFixed(2)})`
        : "",
    ],
    [
      "  memory that it takes",
      `${hashMemoryMb(one)} MB`,
      "constant",
      `bare Node and the import: ${hashMemoryMb("")} MB`,
    ],
    [
      "tree hash of two files of 512 MB",
      `${(double / single).toFixed(2)} x one's speed`,
      "1.6 x",
      `${Math.round(double)} MB/s`,
    ],
  ];
}

async function fill(path, seed) {
  const stream = createWriteStream(path);
  const block = Buffer.alloc(MB, seed);
  for (let index = 0; index < BIG_BYTES / MB; index += 1) {
    block.writeUInt32LE(index);
    if (!stream.write(Buffer.from(block))) await once(stream, "drain");
  }
  stream.end();
  await once(stream, "close");
}

/** The most memory that a process has held that hashed the folder. */
function hashMemoryMb(folder) {
  const core = new URL("../../../dist/core/hash.js", import.meta.url).href;
  const code = `const { hashTree } = await import(${JSON.stringify(core)});
    if (process.argv[1]) await hashTree(process.argv[1]);
    console.log(process.resourceUsage().maxRSS);`;
  const args = ["--input-type=module", "-e", code, folder];
  return Math.round(Number(execFileSync(process.execPath, args, { encoding: "utf8" })) / 1024);
}

async function smallFiles(folder) {
  const small = join(folder, "small");
  mkdirSync(small);
  const paths = Array.from({ length: 10_000 }, (_, index) => join(small, `file-${index}.txt`));
  for (const [index, path] of paths.entries()) writeFileSync(path, `content ${index}`);
  const ours = [];
  const bare = [];
  for (let round = 0; round < 7; round += 1) {
    ours.push(await time(() => hashTree(small), { rounds: 1 }));
    bare.push(await time(() => paths.forEach(readBare), { rounds: 1 }));
  }
  return [
    "tree hash of 10,000 small files",
    ms(median(ours)),
    "60 ms",
    `to open, stat, read and close each: ${ms(median(bare))}`,
  ];
}

const buffer = Buffer.alloc(4096);

function readBare(path) {
  const fd = openSync(path, "r");
  fstatSync(fd);
  readSync(fd, buffer, 0, buffer.length, null);
  closeSync(fd);
}
