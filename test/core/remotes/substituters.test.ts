import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  best,
  type Build,
  drefOf,
  generateKey,
  openStore,
  realize,
  realize$,
  realizeMany,
  self,
  signClosure,
  some,
  stage,
  verify,
  type RealizeEvent,
  type RealizeOptions,
  type RemotePlace,
  type RRef,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { emptyContext } from "../../../core/context.ts";
import { realizationHash, treeDigest, type TreeFact } from "../../../core/hash.ts";
import { makeRRef } from "../../../core/ref.ts";
import { parseSecretKey } from "../../../core/signatures/key.ts";
import { addToLedger, readLedger, signStatement } from "../../../core/signatures/ledger.ts";
import { buildRecord } from "../../../core/store/record.ts";
import { walkTree } from "../../../core/store/tree.ts";
import { cutShort, sha256 } from "../stages/http-server.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { oneByteOff, serveStore, type Fault } from "./served-store.ts";
import { trust } from "../signatures/trust.ts";

const lab = generateKey("lab");

let theirs: Store;
let mine: Store;
let runs = 0;
beforeEach(() => {
  [theirs, mine] = [freshStore(), freshStore()];
  runs = 0;
});

const data = (): Stage =>
  stage({
    name: "data",
    config: { rows: 3 },
    source: false,
    async realize(build) {
      runs++;
      build.log("making rows");
      await writeFile(build.path("rows.csv"), "x,y\n".repeat(1000));
      await writeFile(build.path("deep", "ä %2F #?.txt"), "named");
      await writeFile(build.path("bin", "show"), "#!/bin/sh\n", { mode: 0o755 });
      await symlink("../rows.csv", build.path("deep", "link"));
      await mkdir(build.path("empty", "inner"), { recursive: true });
      for (let at = 0; at < 12; at++) await writeFile(build.path("many", String(at)), String(at));
    },
  });

const model = (options: object = {}): Stage =>
  stage({
    name: "model",
    config: { data: data(), metrics: self("metrics.json") },
    source: false,
    async realize(build) {
      const accuracy = ++runs / 10;
      build.display({ "text/plain": "a plot" });
      await writeFile(build.path("metrics.json"), JSON.stringify({ accuracy }));
    },
    ...options,
  });

/** Realizes in a store that trusts the lab; gives what happened. */
async function realizeHere(
  target: Stage,
  substituters: readonly (string | RemotePlace)[],
  options: RealizeOptions = {},
): Promise<{
  events: readonly RealizeEvent[];
  rrefs: readonly RRef[];
  log: string;
  fetched: readonly string[];
}> {
  const events: RealizeEvent[] = [];
  await realize$(target, { store: mine, substituters, ...options }).forEach(
    (event) => void events.push(event),
  );
  const done = events.find((event) => event.type === "done");
  return {
    events,
    rrefs: done?.rrefs ?? [],
    log: events
      .flatMap((event) =>
        event.type === "log" ? [event.text] : event.type === "warning" ? [`${event.text}\n`] : [],
      )
      .join(""),
    fetched: events.flatMap((event) =>
      event.type === "reused" && event.substituter !== undefined ? [event.name] : [],
    ),
  };
}

/** A server of their store, signed by the lab, and patience for as long as tests have it, or less. */
async function served(
  fault?: Fault,
  stallMs: number = 20_000,
): Promise<RemotePlace & { readonly requests: readonly { path: string }[] }> {
  const { url, requests } = await serveStore(theirs.root, fault);
  return { place: url, stallMs, retries: 1, requests };
}

async function signed(target: Stage = model()): Promise<RRef> {
  const rref = await realize(target, { store: theirs });
  await signClosure(theirs, rref, lab.secretKey);
  runs = 0;
  return rref;
}

describe("realize() with substituters", () => {
  it("fetches from a web server what it would build, and all comes as it was", async () => {
    const rref = await signed();
    trust(mine, lab.publicKey);
    const server = await served();
    const { rrefs, fetched, log, events } = await realizeHere(model(), [server]);
    expect(rrefs).toEqual([rref]);
    expect(fetched).toEqual(["data", "model"]);
    expect(log).toBe("");
    expect(runs).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: "done", built: 0, reused: 2 });
    expect(events).toContainEqual(expect.objectContaining({ type: "reused", substituter: server.place }));
    const progress = events.find((event) => event.type === "progress");
    expect(progress).toMatchObject({ unit: "bytes", message: `fetching from ${server.place}` });
    expect(await verify(mine, { signatures: true })).toEqual([]);
    for (const one of [rref, dataOf(rref)]) expect(mine.log(one)).toBe(theirs.log(one));
    const folders = [mine, theirs].map((store) => store.path(dataOf(rref)));
    expect(await walkTree(folders[0] as string)).toEqual(await walkTree(folders[1] as string));
    expect(mine.log(dataOf(rref))).toContain("making rows");
    expect(mine.displays(rref)).toEqual(theirs.displays(rref));
    expect(mine.buildRecord(rref)).toEqual(theirs.buildRecord(rref));
    expect(execFileSync(join(folders[0] as string, "bin", "show")).toString()).toBe("");
    expect(readLedger(mine, drefOf(rref))).toEqual(readLedger(theirs, drefOf(rref)));
    expect((await realizeHere(model(), [])).fetched).toEqual([]);
  });

  function dataOf(rref: RRef): RRef {
    return Object.values(theirs.context(rref))[0]?.[0] as RRef;
  }

  it("asks a web server over few connections", async () => {
    await signed(data());
    const ports = new Set<number | undefined>();
    const server = await served(({ socket }) => {
      ports.add(socket.remotePort);
      return false;
    });
    expect((await realizeHere(data(), [server])).fetched).toEqual(["data"]);
    expect(server.requests.length).toBeGreaterThan(ports.size);
  });

  it("fetches from a folder, signed or, where no key is trusted, not", async () => {
    const rref = await realize(model(), { store: theirs });
    const { rrefs, fetched } = await realizeHere(model(), [theirs.root]);
    expect([rrefs, fetched]).toEqual([[rref], ["data", "model"]]);
    mine = freshStore();
    await signClosure(theirs, rref, lab.secretKey);
    trust(mine, lab.publicKey);
    expect((await realizeHere(model(), [`file://${theirs.root}`])).fetched).toEqual(["data", "model"]);
  });

  it("takes places from the store's file and from the environment, unless it is given others", async () => {
    const rref = await signed();
    const { place } = await served();
    mkdirSync(mine.root, { recursive: true });
    writeFileSync(join(mine.root, "substituters"), `# the lab\n${place}\n`);
    expect((await realizeHere(model(), [])).fetched).toEqual([]);
    mine = freshStore();
    mkdirSync(mine.root, { recursive: true });
    writeFileSync(join(mine.root, "substituters"), `# the lab\n${place}\n`);
    expect(await realize(model(), { store: mine, assertRealized: true })).toBe(rref);
    mine = freshStore();
    vi.stubEnv("LIGHTNIX_SUBSTITUTERS", ` ${theirs.root} `);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await realize(model(), { store: mine, assertRealized: true })).toBe(rref);
  });

  it("asks nobody where a new outcome is wanted, or nothing is to be done", async () => {
    await signed();
    const server = await served();
    await realizeHere(model(), [server], { force: "all" });
    await realizeHere(data(), [server], { dryRun: true });
    expect(server.requests).toEqual([]);
  });

  it("fails with assertRealized where the others have nothing either", async () => {
    const server = await served();
    await expect(realizeHere(model(), [server], { assertRealized: true })).rejects.toMatchObject({
      code: "not-realized",
    });
    expect(server.requests.length).toBe(1);
  });

  it("fetches as many as the matcher and the caller want, the newest first, and builds the rest", async () => {
    const three = await realizeMany(model({ matcher: some(3) }), { store: theirs });
    await signClosure(theirs, drefOf(three[0] as RRef), lab.secretKey);
    const { place } = await served();
    const newest = (await realizeHere(model({ matcher: some(1) }), [place])).rrefs;
    const stopped = (rref: RRef): number => Date.parse(theirs.buildRecord(rref).stopped);
    expect(newest).toEqual([[...three].sort((a, b) => stopped(b) - stopped(a))[0]]);
    runs = 100;
    const { rrefs } = await realizeHere(model({ matcher: some(4) }), [place]);
    expect(rrefs).toEqual(expect.arrayContaining(three));
    expect(runs).toBe(101);
  });

  it("does not take what was made from other realizations, nor failed runs", async () => {
    const failing = stage({
      name: "failing",
      config: {},
      source: false,
      onFailure: "record",
      realize(build) {
        runs++;
        if (build.store.root === theirs.root) throw new Error("out of luck");
      },
    });
    await realize(failing, { store: theirs }).catch(() => undefined);
    const [dref] = theirs.derivations();
    await signClosure(theirs, dref as never, lab.secretKey);
    const { fetched, log } = await realizeHere(failing, [theirs.root]);
    expect([fetched, log]).toEqual([[], ""]);
    const other = stage({
      ...data(),
      realize: (build: Build) => writeFile(build.path("rows.csv"), "other"),
    } as never);
    await realize(other as Stage, { store: mine });
    await signed();
    expect((await realizeHere(model({ config: { data: other } }), [theirs.root])).fetched).toEqual([]);
  });

  it("does not fetch what no trusted key has signed, says why, and builds it", async () => {
    const rref = await realize(data(), { store: theirs });
    trust(mine, lab.publicKey);
    const unsigned = await realizeHere(data(), [theirs.root]);
    expect(unsigned.fetched).toEqual([]);
    expect(unsigned.log).toMatch(
      /^Cannot take rref:\S+-data from ".*": nobody has signed it, and only what a trusted key has signed is taken\n/u,
    );
    mine = freshStore();
    trust(mine, lab.publicKey);
    await signClosure(theirs, rref, generateKey("theirs").secretKey);
    const { place } = await served();
    expect((await realizeHere(data(), [place])).log).toContain(
      "it is signed with theirs, and no such key is trusted",
    );
  });

  it("leaves a log out that is not what was signed, and says so", async () => {
    const rref = await signed(data());
    const { place } = await served((_, response, { path }) => {
      if (!path.endsWith("__log__.txt")) return false;
      response.end("all is well");
      return true;
    });
    const { log } = await realizeHere(data(), [place]);
    expect(log).toContain(`__log__.txt of ${rref} left out: not what was signed at "${place}"`);
    expect(mine.log(rref)).toBe("");
  });

  it("has nothing in the store of what did not come whole, whichever byte was changed", async () => {
    await signed();
    const { fault, choose } = await oneByteOff(theirs.root, /^(?:store-v1\/.*\/|signatures)/u);
    const { place } = await served(fault);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (file, at, bits) => {
        choose(file, at, bits);
        mine = freshStore();
        trust(mine, lab.publicKey);
        await realizeHere(model(), [{ place, retries: 0, stallMs: 20_000 }]);
        for (const dref of mine.derivations())
          for (const rref of mine.realizations(dref).filter((one) => theirs.has(one))) {
            const differs = [mine, theirs].map((store) => store.log(rref));
            expect([differs[1], ""]).toContain(differs[0]);
          }
        expect(await verify(mine)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a server that", () => {
  beforeEach(() => trust(mine, lab.publicKey));

  async function builtAfter(fault: Fault, stallMs?: number): Promise<string> {
    await signed(data());
    const server = await served(fault, stallMs);
    const { fetched, log } = await realizeHere(data(), [server]);
    expect(fetched).toEqual([]);
    expect(runs).toBe(1);
    expect(await verify(mine)).toEqual([]);
    return log.replaceAll(server.place, "http://server").replace(/rref:\S+/gu, "rref:x");
  }

  it("cuts a file short once is asked for the rest", async () => {
    await signed(data());
    let cuts = 0;
    const server = await served((_, response, { path, content }) => {
      if (!path.endsWith("rows.csv") || cuts++ > 0) return false;
      cutShort(response, (content as Buffer).subarray(0, 100), (content as Buffer).length);
      return true;
    });
    expect((await realizeHere(data(), [server])).fetched).toEqual(["data"]);
    expect(cuts).toBe(2);
  });

  it("cuts everything short is given up, and the stage is built", async () => {
    const log = await builtAfter((_, response, { content }) => {
      cutShort(response, (content ?? Buffer.alloc(9)).subarray(0, 5), 1000);
      return true;
    });
    expect(log).toContain(
      'Cannot fetch from "http://server": the connection broke off. It is not asked again\n',
    );
  });

  it("hangs is given up, and not asked again", async () => {
    await signed();
    const server = await served((_, __, { path }) => path.startsWith("signatures/"), 300);
    const { log, fetched } = await realizeHere(model(), [server]);
    expect(log).toContain("the server has said nothing for 0.3 s. It is not asked again");
    expect(fetched).toEqual([]);
    // Of the first of two stages, and once more.
    expect(server.requests.length).toBe(2);
  });

  it("hangs in the midst of a file is given up", async () => {
    const log = await builtAfter((_, response, { path, content }) => {
      if (!path.endsWith("rows.csv")) return false;
      response.writeHead(200, { "content-length": (content as Buffer).length });
      response.write("x,y");
      return true;
    }, 300);
    expect(log).toContain("said nothing for 0.3 s");
  });

  it("answers with errors is given up", async () => {
    const log = await builtAfter((_, response) => {
      response.writeHead(503);
      response.end();
      return true;
    });
    expect(log).toContain("the server answers 503 Service Unavailable. It is not asked again");
  });

  it("wants a password is given up", async () => {
    const log = await builtAfter((_, response) => {
      response.writeHead(401);
      response.end();
      return true;
    });
    expect(log).toContain("the server answers 401 Unauthorized");
  });

  it("sends other artifacts is found out, and asked for other things", async () => {
    const log = await builtAfter((_, response, { path, content }) => {
      if (!path.endsWith("rows.csv")) return false;
      response.end(Buffer.alloc((content as Buffer).length, "z"));
      return true;
    });
    expect(log).toMatch(/^Cannot download "http:.*rows\.csv": its sha256 is not the one/u);
    expect(log).not.toContain("not asked again");
  });

  it("sends without end is cut off", async () => {
    const log = await builtAfter((_, response, { path }) => {
      if (!path.endsWith("rows.csv")) return false;
      const send = (error?: Error | null): void => {
        if (error == null) response.write(Buffer.alloc(65_536), send);
      };
      send();
      return true;
    });
    expect(log).toMatch(
      /Cannot fetch ".*rows\.csv" from ".*": it has more than the \d+ bytes that it may have/u,
    );
  });

  it("lacks an artifact is found out", async () => {
    const log = await builtAfter((_, response, { path }) => {
      if (!path.endsWith("rows.csv")) return false;
      response.writeHead(404);
      response.end();
      return true;
    });
    expect(log).toMatch(/Cannot fetch ".*rows\.csv" from ".*": there is no such file/u);
  });

  it("lacks the realization that it has signed is found out", async () => {
    const log = await builtAfter((_, response, { path }) => {
      if (!path.endsWith("__build__.json")) return false;
      response.writeHead(404);
      response.end();
      return true;
    });
    expect(log).toMatch(/there is no such file/u);
  });

  it.each([
    ["another list", "[]", "the list of its artifacts is not the one that belongs to it"],
    ["no list", "{", "its __tree__.json cannot be read"],
    ["a list of anything", '[["f","../../x","0"]]', "the list of its artifacts is not the one"],
  ])("has %s of artifacts is found out", async (_, text, why) => {
    const log = await builtAfter((__, response, { path }) => {
      if (!path.endsWith("__tree__.json")) return false;
      response.end(text);
      return true;
    });
    expect(log).toContain(why);
  });

  it("is not there is not waited for", async () => {
    await signed(data());
    const { log, fetched } = await realizeHere(data(), ["http://127.0.0.1:9/", theirs.root]);
    expect(log).toContain('Cannot fetch from "http://127.0.0.1:9": connect ECONNREFUSED');
    expect(fetched).toEqual(["data"]);
  });
});

describe("a place", () => {
  it("that is none is refused", async () => {
    await expect(realizeHere(data(), ["ftp://example.org/store"])).rejects.toMatchObject({
      code: "invalid-place",
      message: 'Cannot fetch from "ftp://example.org/store": it is neither an http or https URL nor a folder',
    });
    await expect(realizeHere(data(), [""])).rejects.toMatchObject({ code: "invalid-place" });
  });

  it("in which there is no store is told of", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "store-v1", "foreign"), { recursive: true });
    expect((await realizeHere(data(), [folder])).log).toContain("which no store would");
    mine = freshStore();
    expect((await realizeHere(data(), [join(folder, "none")])).log).toBe("making rows\n");
  });

  it.each([
    [
      [
        ["l", "a", "OUTSIDE"],
        ["f", "a/b", "TEXT"],
      ],
      '"a/b" cannot be in "a", which is no folder',
    ],
    [[["l", "a", "../../../.."]], "leads out"],
    [[["f", "../b", "TEXT"]], 'in the path "../b"'],
    [[["f", "__log__.txt", "TEXT"]], 'no artifact is called "__log__.txt"'],
    [
      [
        ["f", "a", "TEXT"],
        ["f", "a/b", "TEXT"],
      ],
      '"a/b" cannot be in "a", which is no folder',
    ],
    [
      [
        ["d", "a", ""],
        ["d", "a", ""],
      ],
      '"a" is there twice',
    ],
  ] as const)(
    "that has %j as artifacts has nothing written outside of what is fetched",
    async (plan, why) => {
      const outside = freshFolder();
      trust(mine, lab.publicKey);
      const facts = plan.map(([kind, path, value]): TreeFact => {
        return [kind, path, value.replace("OUTSIDE", outside).replace("TEXT", sha256("text"))];
      });
      const dref = await theirs.putDerivation("data", { rows: 3 });
      const tree = treeDigest(facts);
      const now = new Date();
      const record = { ...buildRecord(now, now), sizeBytes: 100 };
      const ref = makeRRef(realizationHash(emptyContext, tree), dref);
      const statement = { ref, context: emptyContext, tree, record, log: null, displays: null };
      addToLedger(theirs, dref, [signStatement(statement, parseSecretKey(lab.secretKey))]);
      const server = await served((_, response, { path }) => {
        if (path.startsWith("signatures/")) return false;
        response.end(path.endsWith("__build__.json") ? JSON.stringify({ ...record, tree: facts }) : "text");
        return true;
      });
      const { fetched, log } = await realizeHere(data(), [server]);
      expect(fetched).toEqual([]);
      expect(log).toContain(why);
      expect(readdirSync(outside)).toEqual([]);
      expect(existsSync(join(mine.root, "tmp", "b"))).toBe(false);
    },
  );

  it("with a full disk on this side is not built around", async () => {
    await signed(data());
    const full = openStore({ root: mine.root, durable: false });
    vi.spyOn(full, "tempFolder").mockRejectedValue(
      Object.assign(new Error("the disk is full"), { code: "store-full" }),
    );
    await expect(realize(data(), { store: full, substituters: [theirs.root] })).rejects.toMatchObject({
      code: "store-full",
    });
  });
});

it("best() is satisfied with the newest that is fetched, and asks for no more", async () => {
  const matcher = best("metrics.json", { key: "accuracy" });
  await realizeMany(model({ matcher }), { store: theirs, count: 2 });
  expect((await realizeHere(model({ matcher }), [theirs.root])).rrefs).toHaveLength(1);
});
