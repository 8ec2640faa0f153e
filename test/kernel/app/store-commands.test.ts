import { execFile } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import {
  drefOf,
  generateKey,
  openStore,
  realize,
  self,
  signClosure,
  stage,
  type RRef,
  type Store,
} from "../../../core/index.ts";
import { serveStore } from "../../core/remotes/served-store.ts";
import { readAge, readBytes } from "../../../kernel/app/commands/read-amount.ts";

// The built file, as users start it.
const cli = fileURLToPath(new URL("../../../dist/kernel/app/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lightnix-store-commands-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const net = (lr: number) =>
  stage({
    name: "net",
    config: { lr, metrics: self("metrics.json") },
    realize: (build) => writeFileSync(build.path("metrics.json"), JSON.stringify({ accuracy: 1 - lr })),
  });

let count = 0;
let store: Store;
let good: RRef;
let poor: RRef;
beforeEach(async () => {
  store = openStore({ root: join(folder, `store-${count++}`), durable: false });
  good = await realize(net(0.1), { store });
  poor = await realize(net(0.5), { store });
});

function lightnix(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = { ...process.env, LIGHTNIX_ROOT: store.root, HOME: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("lightnix keep and roots", () => {
  it("keeps a realization under a name, lists it, and lets go of it", async () => {
    expect((await lightnix("keep", good, "--as", "best-so-far")).stdout).toBe(`best-so-far\t${good}\n`);
    expect(readlinkSync(join(store.root, "roots", "best-so-far"))).toContain(good.slice(5, 37));
    await lightnix("keep", poor);
    expect((await lightnix("roots")).stdout).toBe(`best-so-far\t${good}\nnet\t${poor}\n`);
    expect((await lightnix("roots", "--drop", "net")).stdout).toBe(`best-so-far\t${good}\n`);
    const none = await lightnix("roots", "--drop", "net");
    expect(none).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("none of that name") as string,
    });
  });

  it("keeps what the matcher of a stage takes, and says when there is nothing", async () => {
    const module = `import { stage } from "lightnix";
export const toy = stage({ name: "toy", config: {}, module: import.meta.url, realize() {} });
export const other = stage({ name: "other", config: {}, module: import.meta.url, realize() {} });`;
    writeFileSync(join(folder, "toys.ts"), module);
    const before = await lightnix("keep", "toys.ts:toy");
    expect(before).toMatchObject({
      exitCode: 1,
      stderr:
        'Cannot keep "toys.ts:toy": it has no realization that counts. "lightnix realize toys.ts:toy" makes one\n',
    });
    const [rref = ""] = (await lightnix("realize", "toys.ts:toy", "-q")).stdout.split("\t");
    expect((await lightnix("keep", "toys.ts:toy")).stdout).toBe(`toy\t${rref}\n`);
    expect((await lightnix("keep", "toy", "--as", "same")).stdout).toBe(`same\t${rref}\n`);
    expect((await lightnix("keep", "toys.ts")).stderr).toBe(
      'Cannot keep "toys.ts": it is several stages. Name one of toy, other\n',
    );
  });
});

describe("lightnix pack and unpack", () => {
  it("takes a realization to another store", async () => {
    const packed = await lightnix("pack", good, "--output", "good.tar.zst");
    expect(packed.stdout).toMatch(/good\.tar\.zst\t2 objects, [\d.]+ k?B\n$/u);
    const root = join(folder, `other-${count++}`);
    const unpacked = await lightnix("unpack", "good.tar.zst", "--root", root);
    expect(unpacked.stderr).toBe("2 objects, 2 of them new\n");
    const other = openStore({ root });
    expect(unpacked.stdout).toBe(`${good}\t${other.path(good)}\n`);
    expect(other.has(good)).toBe(true);
    expect((await lightnix("unpack", "good.tar.zst", "--root", root)).stderr).toContain("0 of them new");
  });

  it("says what it cannot pack and unpack", async () => {
    expect(await lightnix("pack", "not-there")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot find the derivation "not-there"') as string,
    });
    expect(await lightnix("unpack", "not-there.tar.zst")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("there is no such file") as string,
    });
  });
});

describe("lightnix push and pull", () => {
  it("take a realization to another store and back, and say what is new", async () => {
    const root = join(folder, `other-${count++}`);
    const pushed = await lightnix("push", good, "--to", root);
    const other = openStore({ root });
    expect(pushed).toEqual({
      exitCode: 0,
      stdout: `${good}\t${other.path(good)}\n`,
      stderr: "2 objects, 2 of them new\n",
    });
    expect((await lightnix("push", good, "--to", root)).stderr).toBe("2 objects, 0 of them new\n");
    store = openStore({ root: join(folder, `store-${count++}`) });
    expect((await lightnix("pull", "net", "--from", root)).stdout).toBe(`${good}\t${store.path(good)}\n`);
    expect(openStore({ root: store.root }).has(good)).toBe(true);
  });

  it("say what they cannot do", async () => {
    expect(await lightnix("push", good)).toMatchObject({
      exitCode: 2,
      stderr: 'Cannot run "lightnix push": it needs --to DIR, the other store\n',
    });
    expect(await lightnix("pull", good)).toMatchObject({
      exitCode: 2,
      stderr: 'Cannot run "lightnix pull": it needs --from PLACE, the other store\n',
    });
    expect((await lightnix("push", good, "--to", store.root)).stderr).toBe(
      `Cannot push to "${store.root}": it is the store in use\n`,
    );
    const nowhere = join(folder, "nowhere");
    expect((await lightnix("pull", good, "--from", nowhere)).stderr).toBe(
      `Cannot pull from "${nowhere}": there is no store\n`,
    );
    const root = join(folder, `other-${count++}`);
    await lightnix("push", good, "--to", root);
    writeFileSync(
      join(folder, "apart.ts"),
      'import { stage } from "lightnix";\nexport const apart = stage({ name: "apart", config: {}, module: import.meta.url, realize() {} });',
    );
    expect((await lightnix("pull", "apart.ts:apart", "--from", root)).stderr).toBe(
      'Cannot pull "apart.ts:apart": the other store has no realization of it that counts\n',
    );
    expect(openStore({ root }).derivations()).toHaveLength(1);
  });
});

describe("lightnix key, sign and what trusts", () => {
  async function newKey(name: string): Promise<string> {
    rmSync(join(folder, `${name}.key`), { force: true });
    const { stdout, stderr } = await lightnix("key", "generate", name);
    expect(stderr).toBe(`The secret key is in ${join(folder, `${name}.key`)}\n`);
    return stdout.trim();
  }

  it("make keys that only their owner can read, and say the public one again", async () => {
    const publicKey = await newKey("lab-1");
    expect(publicKey).toMatch(/^lab-1:[\w+/]{43}=$/u);
    expect(statSync(join(folder, "lab-1.key")).mode & 0o777).toBe(0o600);
    expect((await lightnix("key", "public", "lab-1.key")).stdout.trim()).toBe(publicKey);
    expect((await lightnix("key", "generate", "lab-1")).stderr).toBe(
      `Cannot write the secret key to "${join(folder, "lab-1.key")}": there is something already\n`,
    );
    expect((await lightnix("key", "generate", "a", "--output", "none/a")).stderr).toContain(
      `Cannot write the secret key to "${join(folder, "none/a")}": ENOENT`,
    );
    expect(await lightnix("key", "make", "a")).toMatchObject({
      exitCode: 2,
      stderr:
        'Cannot run "lightnix key make": it is generate NAME or public FILE. See "lightnix key --help"\n',
    });
  });

  it("push what is signed to those who trust the key, and nothing else", async () => {
    const root = join(folder, `other-${count++}`);
    mkdirSync(root);
    writeFileSync(join(root, "trusted-keys"), await newKey("lab-2"));
    const refused = await lightnix("push", good, "--to", root);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /nobody has signed it, and only what a trusted key has signed is taken\n$/u,
    );
    expect((await lightnix("push", good, "--to", root, "--key", "lab-2.key")).exitCode).toBe(0);
    const verified = await lightnix("verify", "--signatures", "--root", root);
    expect(verified).toMatchObject({ exitCode: 0, stdout: "2 objects, all well\n" });
    expect((await lightnix("push", good, "--to", root, "--key", "none.key")).stderr).toBe(
      'Cannot read the secret key "none.key": there is no such file\n',
    );
  });

  it("sign what is there, all of it or some, and fetch it before building", async () => {
    const publicKey = await newKey("lab-3");
    expect(await lightnix("sign")).toMatchObject({
      exitCode: 2,
      stderr: 'Cannot run "lightnix sign": it needs --key FILE, the secret key\n',
    });
    expect((await lightnix("sign", good, "--key", "lab-3.key")).stderr).toBe("2 objects signed\n");
    expect((await lightnix("sign", "--key", "lab-3.key")).stderr).toBe("4 objects signed\n");
    const from = store.root;
    store = openStore({ root: join(folder, `store-${count++}`), durable: false });
    mkdirSync(store.root);
    writeFileSync(join(store.root, "trusted-keys"), publicKey);
    writeFileSync(
      join(folder, "fetched.ts"),
      'import { stage } from "lightnix";\nexport const net = stage({ name: "fetched", config: {}, module: import.meta.url, realize() {} });',
    );
    const there = await lightnix("realize", "fetched.ts:net", "--root", from);
    await lightnix("sign", "--key", "lab-3.key", "--root", from);
    const fetched = await lightnix(
      "realize",
      "fetched.ts:net",
      "--substituters",
      `/nowhere ${from}`,
      "--json",
    );
    const events = fetched.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(events).toContainEqual(expect.objectContaining({ type: "reused", substituter: from }));
    const unknown = openStore({ root: join(folder, `store-${count++}`), durable: false });
    const warned = [
      "realize",
      "fetched.ts:net",
      "--root",
      unknown.root,
      "--substituters",
      "http://127.0.0.1:9/",
    ];
    expect((await lightnix(...warned)).stderr).toMatch(
      /^! fetched {2}Cannot fetch from "http:\/\/127\.0\.0\.1:9": connect ECONNREFUSED 127\.0\.0\.1:9\. It is not asked again$/mu,
    );
    expect(there.stdout).toContain((events.at(-1) as { rrefs: string[] }).rrefs[0] as string);
    expect((await lightnix("verify", "--signatures")).exitCode).toBe(0);
  });
});

describe("lightnix pull from the web", () => {
  it("brings what was signed, by address or by what a module exports", async () => {
    const { secretKey } = generateKey("web");
    await signClosure(store, [good, poor], secretKey);
    const { url } = await serveStore(store.root);
    store = openStore({ root: join(folder, `store-${count++}`), durable: false });
    const pulled = await lightnix("pull", good, drefOf(poor), "--from", url);
    expect(pulled).toMatchObject({ exitCode: 0, stderr: "4 objects, 4 of them new\n" });
    expect(pulled.stdout).toContain(`${good}\t${store.path(good)}\n`);
    expect(store.has(poor)).toBe(true);
    expect((await lightnix("pull", "net.ts:net", "--from", url)).stderr).toContain("there is no such file");
    writeFileSync(
      join(folder, "unknown.ts"),
      'import { stage } from "lightnix";\nexport const one = stage({ name: "one", config: {}, module: import.meta.url, realize() {} });',
    );
    expect((await lightnix("pull", "unknown.ts:one", "--from", url)).stderr).toMatch(
      /^Cannot fetch dref:\w+-one from "http:.*": nothing that was signed is there of it, and nothing else can be found\n$/u,
    );
    expect((await lightnix("pull", "net", "--from", "http://127.0.0.1:9/")).exitCode).toBe(1);
  });
});

describe("lightnix gc", () => {
  it("shows what no root needs and changes nothing, until it is told to", async () => {
    await lightnix("keep", good);
    const preview = await lightnix("gc");
    expect(preview.stdout).toMatch(
      /net {2,}[0-9a-f]{8} {2}just now {2}\d+ B {2}accuracy 0\.5\n\n1 realization, 1 derivation can go: \d+ B\. 2 objects stay\nKept: 2 by the root "net"\nNothing was removed: --delete does it\.\n$/u,
    );
    expect(store.has(poor)).toBe(true);
    expect((await lightnix("gc", "--older-than", "1h", "--delete")).stdout).toContain("Removed 0 objects");
    const done = await lightnix("gc", "--delete");
    expect(done.stdout).toMatch(/Removed 2 objects, freed \d+ B\n$/u);
    expect([good, poor].map((rref) => openStore({ root: store.root }).has(rref))).toEqual([true, false]);
  });

  it("warns when nothing at all is kept, and stops at a budget", async () => {
    expect((await lightnix("gc")).stdout).toContain("No root keeps anything of this store");
    const { stdout } = await lightnix("gc", "--free", "1B");
    expect(stdout).toMatch(/^1 realization, \d derivations? can go/mu);
    expect(stdout).not.toContain("No root keeps anything");
  });

  it("refuses what is no size and no age", async () => {
    expect(await lightnix("gc", "--free", "many")).toMatchObject({
      exitCode: 2,
      stderr: 'Cannot use --free "many": it must be a size, such as 500MB or 10GB\n',
    });
    expect(await lightnix("gc", "--older-than", "10")).toMatchObject({
      exitCode: 2,
      stderr: 'Cannot use --older-than "10": it must be an age, such as 12h, 30d or 8w\n',
    });
    expect([readBytes("free", "1.5gb"), readAge("older-than", "2h")]).toEqual([1.5e9, 7_200_000]);
  });
});

describe("lightnix verify", () => {
  it("finds a flipped byte, exits with 1, and puts it right when told to", async () => {
    expect(await lightnix("verify")).toMatchObject({ exitCode: 0, stdout: "4 objects, all well\n" });
    const file = join(store.path(good), "metrics.json");
    const text = readFileSync(file, "utf8");
    chmodSync(file, 0o644);
    writeFileSync(file, text.replace("9", "8"));
    chmodSync(file, 0o444);
    const found = await lightnix("verify");
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toContain("metrics.json");
    expect(found.stdout).toMatch(/4 objects, 1 thing wrong\. --repair puts right what can be\n$/u);
    const repaired = await lightnix("verify", "--repair");
    expect(repaired.exitCode).toBe(0);
    expect(repaired.stdout).toContain(`put aside: ${good}`);
    expect((await lightnix("verify")).exitCode).toBe(0);
  });
});
