import fc from "fast-check";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realize, self, stage, type DRef, type RRef, type Stage, type Store } from "../../../core/index.ts";
import { tempFolder, tempStore } from "../../support/temp-store.ts";
import { expectWholeStore } from "./whole.ts";

describe("names that lead elsewhere", () => {
  test.each(["..", "../x", "a/b", "/etc", ".hidden", "a\0b", "a\nb", "a\\b", "x".repeat(101)])(
    "%j is no name of a stage or derivation",
    async (name) => {
      const store = tempStore();
      const refused = expect.objectContaining({ code: "invalid-name" });
      expect(() => stage({ name, config: {}, realize() {} })).toThrow(refused);
      await expect(store.putDerivation(name, {})).rejects.toEqual(refused);
      expect(readdirSync(store.root)).toEqual([]);
    },
  );

  const hex = "0".repeat(32);
  test.each([
    `dref:${hex}-../../x`,
    `dref:../../../${hex}-x`,
    `rref:${hex}-${hex}-a/../../x`,
    `rref:../${hex}-${hex}-x`,
    `dref:${hex}-x\n`,
    "..",
  ])("%j is no address", async (text) => {
    const store = tempStore();
    const refused = expect.objectContaining({ code: "invalid-ref" });
    for (const read of [
      () => store.path(text as DRef),
      () => store.realizations(text as DRef),
      () => store.config(text as DRef),
      () => store.hasDerivation(text as DRef),
      () => store.context(text as RRef),
      () => store.has(text as RRef),
      () => store.log(text as RRef),
      () => store.artifacts(text as RRef),
    ]) {
      expect(read).toThrow(refused);
    }
    await expect(store.tempFolder(text)).resolves.toMatch(new RegExp(`^${store.root}/tmp/p[^/]+/[^/]+$`));
  });

  test.each([["..", "x"], ["a/b"], ["."], [""], ["__log__.txt"], ["context.json"], ["a\0b"]])(
    "%j is no path of an artifact",
    (...segments) => {
      const [first = "", ...rest] = segments;
      expect(() => self(first, ...rest)).toThrow(expect.objectContaining({ code: "invalid-path" }));
    },
  );
});

describe("a realizer", () => {
  test.each<[string, (out: string, outside: string) => void]>([
    ["a link to an absolute path", (out, outside) => symlinkSync(outside, join(out, "link"))],
    ["a link upwards", (out) => symlinkSync("../..", join(out, "link"))],
    [
      "a link that leads out through another",
      (out) => {
        mkdirSync(join(out, "a/b"), { recursive: true });
        symlinkSync("a/b/up/../..", join(out, "link"));
        symlinkSync("..", join(out, "a/b/up"));
      },
    ],
    ["a context of its own", (out) => writeFileSync(join(out, "context.json"), "{}")],
    ["a record of its own", (out) => writeFileSync(join(out, "__build__.json"), "{}")],
  ])("cannot publish %s", async (_, make) => {
    const store = tempStore();
    const outside = tempFolder();
    writeFileSync(join(outside, "secret"), "secret");
    const making = stage({
      name: "m",
      config: {},
      source: false,
      realize: (build) => make(build.out, outside),
    });
    await expect(realize(making, { store })).rejects.toMatchObject({ code: "build-failed" });
    await expect(realize(making, { store })).rejects.toThrow(/Cannot store the (link|artifact)/);
    expect(store.derivations().flatMap((dref) => store.realizations(dref))).toEqual([]);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
    await expectWholeStore(store);
  });

  test("publishes no link that leads out of its folder, whatever links it makes", async () => {
    const store = tempStore();
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(place, way), { minLength: 1, maxLength: 6 }), async (links) => {
        const made = await realize(linking(links, ++turn), { store }).catch(() => undefined);
        expect(made === undefined ? [] : await leadingOut(store, made)).toEqual([]);
      }),
      { numRuns: 60 },
    );
    await expectWholeStore(store);
  });
});

const folders = ["a", "a/b", "a/b/c", "d"];
const place = fc
  .tuple(fc.constantFrom("", ...folders), fc.constantFrom("x", "y", "z"))
  .map(([at, name]) => join(at, name));
const way = fc
  .array(fc.constantFrom("..", ".", "x", "y", "z", "a", "b", "c", "d"), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("/"));

function linking(links: readonly (readonly [string, string])[], turn: number): Stage {
  return stage({
    name: "links",
    config: { turn },
    source: false,
    realize(build) {
      for (const folder of folders) mkdirSync(build.path(folder), { recursive: true });
      for (const [path, target] of links) {
        if (lstatSync(join(build.out, path), { throwIfNoEntry: false }) === undefined)
          symlinkSync(target, join(build.out, path));
      }
    },
  });
}

/** Asks the kernel itself, for every link in the realization. */
// Not readdirSync: in Node 22 and 24, it follows links, which lead in circles here.
async function leadingOut(store: Store, rref: RRef): Promise<string[]> {
  const root = realpathSync(store.path(rref));
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((item) => item.isSymbolicLink())
    .map((item) => join(item.parentPath, item.name))
    .filter((path) => existsSync(path) && !`${realpathSync(path)}/`.startsWith(`${root}/`));
}
