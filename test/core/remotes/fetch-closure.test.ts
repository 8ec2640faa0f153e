import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  closureFromStore,
  copyClosure,
  drefOf,
  fetchClosure,
  file,
  generateKey,
  openStore,
  realize,
  signClosure,
  verify,
  type RemotePlace,
  type Store,
} from "../../../core/index.ts";
import { walkTree } from "../../../core/store/tree.ts";
import { runExperiment, type Experiment } from "../archive/experiment.ts";
import { freshStore } from "../fresh-store.ts";
import { oneByteOff, serveStore, type Fault } from "./served-store.ts";
import { trust } from "../signatures/trust.ts";

const lab = generateKey("lab");

let theirs: Store;
let mine: Store;
let experiment: Experiment;
beforeEach(async () => {
  [theirs, mine] = [freshStore(), freshStore()];
  experiment = await runExperiment(theirs);
});

async function served(fault?: Fault): Promise<RemotePlace> {
  return { place: (await serveStore(theirs.root, fault)).url, stallMs: 20_000, retries: 0 };
}

describe("fetchClosure()", () => {
  it("brings a realization with all that it was made from, as copyClosure() does", async () => {
    await signClosure(theirs, experiment.report, lab.secretKey);
    trust(mine, lab.publicKey);
    const copied = await copyClosure(theirs, freshStore(), experiment.report);
    const seen: string[] = [];
    const { refs, added, withheld } = await fetchClosure(mine, await served(), experiment.report, {
      onProgress: ({ ref, done, total }) => seen.push(`${done}/${total} ${ref}`),
    });
    expect([new Set(refs), new Set(added), withheld]).toEqual([
      new Set(copied.refs),
      new Set(copied.refs),
      undefined,
    ]);
    expect(seen.at(-1)).toBe(`${refs.length}/${refs.length} ${experiment.report}`);
    expect(await verify(mine, { signatures: true })).toEqual([]);
    expect(mine.log(experiment.data)).toBe("making rows\n");
    expect((await fetchClosure(mine, await served(), [experiment.report])).added).toEqual([]);
  });

  it("brings of a derivation all outcomes that were signed, from a folder as well", async () => {
    const dref = drefOf(experiment.models[0]);
    await signClosure(theirs, experiment.models[0], lab.secretKey);
    await signClosure(theirs, experiment.models[1] as never, lab.secretKey);
    await fetchClosure(mine, theirs.root, dref);
    expect(mine.realizations(dref)).toEqual(experiment.models.slice(0, 2).sort());
  });

  it("brings the code, so that a derivation can be realized", async () => {
    const made = file({ name: "made", content: "text" });
    const rref = await realize(made, { store: theirs });
    await signClosure(theirs, rref, lab.secretKey);
    await fetchClosure(mine, await served(), rref);
    const again = await realize(await closureFromStore(mine, drefOf(rref)), { store: mine, force: true });
    expect(again).toBe(rref);
  });

  it("says what is not there, and what nobody has signed", async () => {
    const place = await served();
    await expect(fetchClosure(mine, place, experiment.report)).rejects.toMatchObject({
      code: "not-there",
      message: expect.stringMatching(
        /^Cannot fetch dref:\S+-report from "http:.*": nothing that was signed is there of it, and nothing else can be found$/u,
      ),
    });
    await signClosure(theirs, experiment.models[0], lab.secretKey);
    await expect(fetchClosure(mine, place, experiment.models[1] as never)).rejects.toMatchObject({
      code: "not-there",
    });
    trust(mine, generateKey("other").publicKey);
    await expect(fetchClosure(mine, place, experiment.models[0])).rejects.toMatchObject({
      code: "unknown-key",
    });
    trust(mine, generateKey("lab").publicKey);
    await expect(fetchClosure(mine, place, experiment.models[0])).rejects.toMatchObject({
      code: "bad-signature",
    });
    expect(mine.derivations()).toEqual([]);
  });

  it("never brings a byte that was changed, whichever it was", async () => {
    const made = file({ name: "made", content: "text" });
    const rref = await realize(made, { store: theirs });
    await signClosure(theirs, [experiment.report, rref], lab.secretKey);
    const { fault, choose } = await oneByteOff(theirs.root, /^(?:store-v1\/.*\/|signatures|sources)/u);
    const place = await served(fault);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, bits) => {
        choose(which, at, bits);
        const target = freshStore();
        trust(target, lab.publicKey);
        try {
          await fetchClosure(target, place, [experiment.report, rref]);
        } catch (error) {
          expect(error).toHaveProperty("code");
        }
        for (const one of await walkTree(target.root)) {
          if (one.kind !== "file" || !/^(?:store-v1\/.*\/|sources)/u.test(one.path)) continue;
          const texts = [target, theirs].map(({ root }) => readFileSync(join(root, one.path), "utf8"));
          const contents = texts.map((text) =>
            one.path.endsWith(".json") ? (JSON.parse(text) as unknown) : text,
          );
          expect([one.path, contents[0]]).toEqual([one.path, contents[1]]);
        }
        expect(await verify(openStore({ root: target.root }))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("stops when told to", async () => {
    await signClosure(theirs, experiment.report, lab.secretKey);
    const stopper = new AbortController();
    const fetching = fetchClosure(mine, await served(), experiment.report, {
      signal: stopper.signal,
      onProgress: () => stopper.abort(new Error("enough")),
    });
    await expect(fetching).rejects.toThrow("enough");
    expect(mine.has(experiment.report)).toBe(false);
  });
});
