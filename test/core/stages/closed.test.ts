import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import {
  closureFromStore,
  command,
  fetchLocal,
  fetchUrl,
  file,
  instantiate,
  latest,
  LightnixError,
  match,
  node,
  whyOpen,
  packClosure,
  readArtifact,
  realize,
  realized,
  redefine,
  self,
  stage,
  sweep,
  unpack,
  type RRef,
  type Stage,
  type Store,
} from "../../../core/index.ts";
import { putBundles } from "../../../core/stage/bundle.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { project } from "../stage/project.ts";

describe("built-in stages are closed:", () => {
  it("file", async () => {
    const made = file({ name: "note", content: "hä", filename: "note.txt" });
    expect(await contentOf(made, "note.txt")).toBe("hä");
  });

  it("node", async () => {
    const made = node({ name: "labels", artifacts: { "a/b.json": [1], "c.txt": "c" } });
    expect(await contentOf(made, "a", "b.json")).toBe("[1]");
  });

  it("fetchLocal, from where it was told", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "data.txt"), "data");
    expect(
      await contentOf(await fetchLocal({ name: "data", path: join(folder, "data.txt") }), "data.txt"),
    ).toBe("data");
    process.env["CLOSED_TEST_DATA"] = join(folder, "data.txt");
    expect(await contentOf(await fetchLocal({ name: "data", env: "CLOSED_TEST_DATA" }), "data")).toBe("data");
  });

  it("fetchUrl, with its mirrors", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "data.txt"), "data");
    const [gone, mirror] = ["gone.txt", "data.txt"].map((name) => pathToFileURL(join(folder, name)));
    const made = fetchUrl({
      name: "data",
      url: gone ?? "",
      mirrors: [mirror ?? ""],
      stallMs: Infinity,
      filename: "x",
    });
    expect(await contentOf(made, "x")).toBe("data");
  });

  it("command", async () => {
    const made = command({
      name: "echo",
      command: "sh",
      args: ["-c", "echo $1 > $0", self("out"), "hi"],
      outputs: { out: self("out") },
    });
    expect(await contentOf(made, "out")).toBe("hi\n");
  });

  it("unpack, of what another one made, by another process", async () => {
    const store = freshStore();
    const packed = join(freshFolder(), "some.tar.zst");
    await packClosure(store, await store.putDerivation("some", {}), packed);
    const archive = await fetchLocal({ name: "archive", path: packed });
    const made = unpack({ name: "made", archive: archive.path("some.tar.zst"), limits: { maxEntries: 10 } });
    const { dref } = await instantiate(made, { store });
    const script = `import { closureFromStore, openStore, realize } from "lightnix";
const store = openStore({ root: process.argv[2], durable: false });
const rref = await realize(await closureFromStore(store, process.argv[3]));
console.log(store.artifacts(rref).join());`;
    expect(project({}).run(script, store.root, dref)).toBe("lightnix-archive.json,store-v1\n");
  });

  it("the winner of a sweep, also by a matcher with code of its own", async () => {
    const grid = sweep(node({ name: "size", artifacts: { "size.json": "1" }, config: { n: 0 } }), {
      n: [1, 2],
    });
    const byHand = match({
      name: "first()",
      key: ({ rref }) => rref,
      take: (sorted) => sorted.slice(0, 1),
    });
    for (const matcher of [latest(), byHand]) {
      const choice = JSON.parse(await contentOf(grid.winner(matcher), "choice.json")) as object;
      expect(choice).toMatchObject({ values: { n: expect.any(Number) } });
    }
  });

  it("redefine, with another matcher", async () => {
    const made = redefine(file({ name: "note", content: "a" }), { matcher: latest() });
    expect(await contentOf(made, "note")).toBe("a");
  });
});

describe("built-in stages are open, and say why:", () => {
  it("file and node with much content", async () => {
    const content = Buffer.alloc(300 * 1024);
    const reason = `its content is 300 kB that only this process has (code in a store may hold 256 kB). Write it to a file, and use fetchLocal`;
    expect(await reasonOf(file({ name: "much", content }))).toBe(reason);
    expect(await reasonOf(node({ name: "much", artifacts: { content } }))).toBe(reason);
  });

  it("realized", async () => {
    expect(await reasonOf(realized(file({ name: "note", content: "a" })))).toBe(
      "it is wanted only as realized(), and never runs",
    );
  });

  it("the winner of a sweep, by a matcher that was put together by hand", async () => {
    const grid = sweep(stage({ name: "model", config: { lr: 0 }, realize() {} }), { lr: [1, 2] });
    expect(await reasonOf(grid.winner({ name: "mine()", pick: () => undefined }))).toContain(
      "its matcher mine() was put together by hand",
    );
  });

  it("any, in a store that nobody may write to", async () => {
    const store = freshStore();
    const made = file({ name: "note", content: "a" });
    const [derivation] = (await instantiate(made, { store })).derivations;
    const readOnly = {
      bundle: () => undefined,
      putBundle: () => Promise.reject(new LightnixError("store-unwritable", "no")),
    } as unknown as Store;
    await putBundles(readOnly, derivation === undefined ? [] : [derivation]);
    expect(derivation && whyOpen(derivation)).toBe("nobody may write to its store");
  });

  it("any whose matcher uses what cannot be told", async () => {
    const k = Math.random();
    const matcher = match({ name: "mine()", take: (sorted) => sorted.slice(k) });
    const made = redefine(file({ name: "note", content: "a" }), { matcher });
    expect(await reasonOf(made)).toContain(
      `its matcher uses "k" in a function that is not written beside the realizer`,
    );
  });
});

async function reasonOf(made: Stage): Promise<string | undefined> {
  const { derivations } = await instantiate(made, { store: freshStore() });
  return derivations.map(whyOpen).at(-1);
}

/** Realizes a stage from nothing but what it left in a store, and reads an artifact. */
async function contentOf(made: Stage, ...path: [string, ...string[]]): Promise<string> {
  const store = freshStore();
  const { dref, derivations } = await instantiate(made, { store });
  expect(derivations.map(whyOpen)).toEqual(derivations.map(() => undefined));
  const rref = await realize(await closureFromStore(store, dref));
  return text(store, rref, path);
}

function text(store: Store, rref: RRef, path: [string, ...string[]]): string {
  return String(readArtifact(store, rref, ...path));
}
