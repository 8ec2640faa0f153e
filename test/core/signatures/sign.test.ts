import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  collect,
  copyClosure,
  drefOf,
  generateKey,
  openStore,
  planCollection,
  repair,
  signClosure,
  verify,
  type RRef,
  type Store,
} from "../../../core/index.ts";
import { parseSecretKey } from "../../../core/signatures/key.ts";
import { parseLedger, readLedger, signStatement } from "../../../core/signatures/ledger.ts";
import { stateRealization } from "../../../core/signatures/statement.ts";
import { ledgerPath } from "../../../core/store/layout.ts";
import { walkTree } from "../../../core/store/tree.ts";
import { runExperiment, type Experiment } from "../archive/experiment.ts";
import { freshStore } from "../fresh-store.ts";
import { trust } from "./trust.ts";

const lab = generateKey("lab");
const other = generateKey("other");

let from: Store;
let to: Store;
let experiment: Experiment;
beforeEach(async () => {
  [from, to] = [freshStore(), freshStore()];
  experiment = await runExperiment(from);
});

/** Changes a file that nobody may write to. */
function overwrite(path: string, content: string | Uint8Array): void {
  chmodSync(path, 0o644);
  writeFileSync(path, content);
}

function objectsOf(store: Store): string[] {
  return store.derivations().flatMap((dref) => [dref, ...store.realizations(dref)]);
}

describe("a store that trusts keys", () => {
  it("takes over what one of them has signed, with the signatures", async () => {
    trust(to, `# the lab's\n${other.publicKey}\n${lab.publicKey} # since May\n`);
    const signed = await signClosure(from, experiment.report, lab.secretKey);
    const { refs, added, withheld } = await copyClosure(from, to, experiment.report);
    expect(added).toEqual(refs);
    expect([...signed].sort()).toEqual([...refs].sort());
    expect(withheld).toBeUndefined();
    expect(to.log(experiment.data)).toBe("making rows\n");
    expect(readLedger(to, drefOf(experiment.data))).toEqual(readLedger(from, drefOf(experiment.data)));
    expect(await verify(to, { signatures: true })).toEqual([]);
    const third = freshStore();
    trust(third, lab.publicKey);
    expect((await copyClosure(to, third, experiment.report)).added).toEqual(refs);
  });

  it("takes over what is signed on the way there", async () => {
    trust(to, lab.publicKey);
    await copyClosure(from, to, experiment.report, { secretKey: lab.secretKey });
    expect(await verify(to, { signatures: true })).toEqual([]);
    expect(existsSync(join(from.root, "signatures"))).toBe(false);
  });

  it("refuses what nobody has signed, before anything of it is there", async () => {
    trust(to, lab.publicKey);
    await signClosure(from, experiment.data, lab.secretKey);
    await expect(copyClosure(from, to, experiment.report)).rejects.toMatchObject({
      code: "unsigned",
      message: expect.stringMatching(
        /^Cannot take dref:\w+-model from ".*": nobody has signed it, and only what a trusted key has signed is taken$/u,
      ),
    });
    expect(objectsOf(to)).toEqual([]);
  });

  it("refuses what others have signed", async () => {
    vi.stubEnv("LIGHTNIX_TRUSTED_KEYS", ` ${lab.publicKey}  `);
    onTestFinished(() => void vi.unstubAllEnvs());
    await signClosure(from, experiment.report, other.secretKey);
    await expect(copyClosure(from, to, experiment.report)).rejects.toMatchObject({
      code: "unknown-key",
      message: expect.stringContaining(
        'it is signed with other, and no such key is trusted. Who trusts it puts the public key into "trusted-keys" in the store\'s folder, or into LIGHTNIX_TRUSTED_KEYS',
      ),
    });
    await signClosure(from, experiment.report, lab.secretKey);
    await copyClosure(from, to, experiment.report);
    expect(to.has(experiment.report)).toBe(true);
  });

  it("refuses what was signed with another key of the same name", async () => {
    trust(to, lab.publicKey);
    await signClosure(from, experiment.report, generateKey("lab").secretKey);
    await expect(copyClosure(from, to, experiment.report)).rejects.toMatchObject({
      code: "bad-signature",
      message: expect.stringContaining("something was changed, or it was made with another key of that name"),
    });
  });

  it("refuses a statement that does not come to the address, although it is signed", async () => {
    trust(to, lab.publicKey);
    const { data } = experiment;
    await signClosure(from, drefOf(data), lab.secretKey);
    const path = join(from.root, ledgerPath(drefOf(data)));
    const key = parseSecretKey(lab.secretKey);
    const forged = signStatement({ ...(await stateRealization(from, data)), tree: "0".repeat(64) }, key);
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => !line.includes('"ref":"rref:'));
    writeFileSync(
      path,
      [...lines, JSON.stringify({ ...forged.statement, ...forged, statement: undefined })].join("\n"),
    );
    await expect(copyClosure(from, to, data)).rejects.toMatchObject({
      code: "bad-signature",
      message: expect.stringContaining("what its artifacts come to is not what was signed"),
    });
  });

  it("says which key of the list is none", async () => {
    trust(to, "lab:AAAA\n");
    await expect(copyClosure(from, to, experiment.data)).rejects.toMatchObject({ code: "invalid-key" });
  });

  it("leaves out a log that is not what was signed, and says so", async () => {
    trust(to, lab.publicKey);
    await signClosure(from, experiment.data, lab.secretKey);
    overwrite(join(from.path(experiment.data), "__log__.txt"), "all is well\n");
    const { withheld } = await copyClosure(from, to, experiment.data);
    expect(withheld).toEqual([experiment.data]);
    expect(to.log(experiment.data)).toBe("");
    expect(await verify(to, { signatures: true })).toEqual([]);
  });

  it("takes over the record that was signed, whatever is there", async () => {
    trust(to, lab.publicKey);
    await signClosure(from, experiment.data, lab.secretKey);
    const record = from.buildRecord(experiment.data);
    overwrite(
      join(from.path(experiment.data), "__build__.json"),
      JSON.stringify({ ...record, user: "nobody" }),
    );
    await copyClosure(openStore({ root: from.root }), to, experiment.data);
    expect(to.buildRecord(experiment.data)).toEqual(record);
  });

  it("never has a changed byte of what was signed, whichever byte it was", async () => {
    await signClosure(from, experiment.report, lab.secretKey);
    const files = (await walkTree(from.root)).filter(
      ({ kind, path }) => kind === "file" && /^(?:store-v1\/.*\/|signatures|sources)/u.test(path),
    );
    const original = new Map(files.map(({ path }) => [path, readFileSync(join(from.root, path))]));
    const isObject = (path: string): boolean => path.startsWith("store-v1/");
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, bits) => {
        const { path } = files[file % files.length] as { path: string };
        const bytes = original.get(path) as Buffer;
        if (bytes.length === 0) return;
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = (changed[at % bytes.length] as number) ^ bits;
        overwrite(join(from.root, path), changed);
        const target = freshStore();
        trust(target, lab.publicKey);
        try {
          await copyClosure(openStore({ root: from.root, durable: false }), target, experiment.report);
        } catch (error) {
          expect(error).toHaveProperty("code");
        } finally {
          overwrite(join(from.root, path), bytes);
        }
        for (const one of await walkTree(target.root)) {
          if (one.kind !== "file" || !isObject(one.path) || one.path.endsWith("__store__.json")) continue;
          const texts = [readFileSync(join(target.root, one.path)), original.get(one.path) as Buffer].map(
            String,
          );
          // The order of the fields of a record is nobody's promise.
          const contents = texts.map((text) =>
            one.path.endsWith(".json") ? (JSON.parse(text) as unknown) : text,
          );
          expect([one.path, contents[0]]).toEqual([one.path, contents[1]]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("signatures", () => {
  it("are kept once, and lines that are none are passed over", async () => {
    const path = join(from.root, ledgerPath(drefOf(experiment.data)));
    await signClosure(from, [experiment.data], lab.secretKey);
    const text = readFileSync(path, "utf8");
    await signClosure(from, [experiment.data], lab.secretKey);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(parseLedger(text)).toHaveLength(2);
    appendFileSync(path, '{"ref":"rref:0"');
    await signClosure(from, [experiment.data], other.secretKey);
    expect(readLedger(from, drefOf(experiment.data)).map(({ key }) => key)).toEqual([
      "lab",
      "lab",
      "other",
      "other",
    ]);
    for (const rubbish of [
      "[]",
      "null",
      "{}",
      '{"ref":"dref:00000000000000000000000000000000-a","key":"a","signature":"b"}',
    ])
      expect(parseLedger(rubbish)).toEqual([]);
  });

  it("go with the derivation when it is collected", async () => {
    await signClosure(from, experiment.report, lab.secretKey);
    await collect(await planCollection(from));
    expect(from.derivations()).toEqual([]);
    expect((await walkTree(join(from.root, "signatures"))).map(({ path }) => path)).toEqual([]);
  });

  it("are those of the store that has them on its disk", async () => {
    const durable = openStore({ root: from.root });
    expect(await signClosure(durable, experiment.data, lab.secretKey)).toEqual([
      drefOf(experiment.data),
      experiment.data,
    ]);
  });
});

describe("verify() with signatures", () => {
  async function problems(refs?: readonly RRef[]): Promise<string[]> {
    const findings = await verify(openStore({ root: from.root }), { signatures: true, refs });
    return findings.map(({ problem, message }) => `${problem} ${message.split(": ").at(-1)}`);
  }

  it("says what is unsigned, signed by others, and something else than what was signed", async () => {
    const { data } = experiment;
    trust(from, lab.publicKey);
    expect(await problems([data])).toEqual(["unsigned nobody has signed it"]);
    await signClosure(from, data, other.secretKey);
    expect(await problems([data])).toEqual(["unknown-key no key that is trusted has signed it"]);
    await signClosure(from, data, lab.secretKey);
    expect(await problems([data])).toEqual([]);
    const record = from.buildRecord(data);
    overwrite(join(from.path(data), "__build__.json"), JSON.stringify({ ...record, user: "nobody" }));
    chmodSync(join(from.path(data), "__build__.json"), 0o444);
    expect(await problems([data])).toEqual(["bad-signature what is there is not what was signed"]);
  });

  it("does not ask unless told to, and is not repaired", async () => {
    trust(from, lab.publicKey);
    expect(await verify(from)).toEqual([]);
    const findings = await verify(from, { signatures: true });
    expect(findings.length).toBe(objectsOf(from).length);
    expect(await repair(from, findings)).toMatchObject({ restored: [], dropped: [] });
    expect(from.has(experiment.report)).toBe(true);
  });

  it("refuses to go on where no key is trusted", async () => {
    await expect(verify(from, { signatures: true })).rejects.toMatchObject({
      code: "no-trusted-keys",
      message: expect.stringContaining("no key is trusted. Put public keys into"),
    });
  });
});
