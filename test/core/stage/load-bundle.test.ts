import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { realize } from "../../../core/realize/realize.ts";
import { readArtifact } from "../../../core/query/artifacts.ts";
import type { DRef } from "../../../core/ref.ts";
import { loadBundle } from "../../../core/stage/load-bundle.ts";
import { closureFromStore } from "../../../core/stage/stored-closure.ts";
import { bundleText, type BundleFacts } from "../../../core/store/bundle-text.ts";
import type { Store } from "../../../core/store/store.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

describe("loadBundle()", () => {
  it("gives what a bundle exports", async () => {
    const store = freshStore();
    const dref = await withBundle(store, `export const realize = () => 7, outs = 2;`);
    const { realize: realizer, outs } = await loadBundle(store, dref);
    expect([realizer(0 as never), outs]).toEqual([7, 2]);
  });

  it("gives captured data, frozen through and through, the host's names and Lightnix itself", async () => {
    const store = freshStore();
    const code = `import data from "lightnix:captured"; import host from "lightnix:host"; import { self } from "lightnix";
export const realize = () => [data.a.b, Object.isFrozen(data.a), host.display(1), self("x")];`;
    const dref = await withBundle(store, code, {
      facts: { host: ["display"] },
      config: { __captured__: { a: { b: 3 } } },
    });
    const { realize: realizer } = await loadBundle(store, dref, { host: { display: (n: number) => n + 1 } });
    expect(realizer(0 as never)).toEqual([3, true, 2, ["__self__", "x"]]);
  });

  it("says which of the host's names there is none of, when it or a part of it is called", async () => {
    const store = freshStore();
    const code = `import host from "lightnix:host"; export const realize = (part) => part ? host.display[part](1) : host.display(1);`;
    const dref = await withBundle(store, code, { facts: { host: ["display"] } });
    const { realize: realizer } = await loadBundle(store, dref);
    const refusal = (name: string): unknown =>
      expect.objectContaining({
        code: "no-host",
        message: `Cannot call ${name}(): only a notebook has it, and this stage is realized without one`,
      });
    expect(() => realizer(undefined as never)).toThrow(refusal("display"));
    expect(() => realizer("markdown" as never)).toThrow(refusal("display.markdown"));
  });

  it("imports packages from the first folder that has the right version", async () => {
    const store = freshStore();
    const [other, right] = [withPackage("1.0.0"), withPackage("2.0.0")];
    const dref = await withBundle(
      store,
      `import version from "five"; export const realize = () => version;`,
      { packages: { five: "2.0.0" } },
    );
    const { realize: realizer } = await loadBundle(store, dref, { folders: [other, right] });
    expect(realizer(0 as never)).toBe("2.0.0");
  });

  it("names a package that is missing, and its version", async () => {
    const store = freshStore();
    const folder = freshFolder();
    const dref = await withBundle(store, `import "five"; export const realize = 0;`, {
      packages: { five: "2.0.0" },
    });
    await expect(loadBundle(store, dref, { folders: [folder] })).rejects.toMatchObject({
      code: "missing-package",
      message: `Cannot load the code of "sum": the package five@2.0.0 is not installed. Looked from ${folder}. Install it with: npm install five@2.0.0`,
    });
  });

  it("names both versions when another one is installed", async () => {
    const store = freshStore();
    const dref = await withBundle(store, `import "five"; export const realize = 0;`, {
      packages: { five: "2.0.0" },
    });
    await expect(loadBundle(store, dref, { folders: [withPackage("1.0.0")] })).rejects.toThrow(
      "the package five@2.0.0 is wanted, and version 1.0.0 is installed",
    );
  });

  it("refuses a bundle that was changed", async () => {
    const store = freshStore();
    const dref = await withBundle(store, `export const realize = 0;`);
    await store.putBundle(dref, (store.bundle(dref) ?? "").replace("realize = 0", "realize = 1"));
    await expect(loadBundle(store, dref)).rejects.toMatchObject({ code: "damaged-bundle" });
  });

  it("says that an open stage has no code in the store", async () => {
    const store = freshStore();
    const dref = await store.putDerivation("sum", {});
    await expect(loadBundle(store, dref)).rejects.toMatchObject({ code: "no-bundle" });
  });
});

describe("closureFromStore()", () => {
  it("realizes a derivation and what it depends on, with the stored matcher", async () => {
    const store = freshStore();
    const one = await withBundle(
      store,
      `import { writeFileSync } from "node:fs"; export const realize = (build) => writeFileSync(build.path("n.json"), "20");`,
      { facts: { matcher: { call: "latest", args: [1] } } },
    );
    const code = `import { writeFileSync } from "node:fs"; export const realize = (build) => writeFileSync(build.path("sum"), String(build.lens.one.contents("n.json") + 1));`;
    const two = await withBundle(store, code.replace("contents(", "get('x' && "), { config: { one } });
    const closure = await closureFromStore(store, two);
    expect(closure.derivations.map(({ matcher }) => matcher.name)).toEqual(["latest()", "only()"]);
  });

  it("takes open derivations as they were realized, and says so of one that has to be built", async () => {
    const store = freshStore();
    const open = await store.putDerivation("table", {});
    const dref = await withBundle(store, writes("done"), { config: { open } });
    await expect(realize(await closureFromStore(store, dref))).rejects.toMatchObject({ code: "no-bundle" });
    const folder = await store.tempFolder("x");
    writeFileSync(join(folder, "t"), "1");
    const record = { started: new Date().toISOString(), stopped: new Date().toISOString() } as never;
    await store.commit(open, folder, { context: {}, record });
    const rref = await realize(await closureFromStore(store, dref));
    expect(String(readArtifact(store, rref, "out"))).toBe("done");
  });
});

function writes(text: string): string {
  return `import { writeFileSync } from "node:fs"; export const realize = (build) => writeFileSync(build.path("out"), ${JSON.stringify(text)});`;
}

interface Given {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly packages?: Readonly<Record<string, string>>;
  readonly facts?: Partial<BundleFacts>;
}

/** Puts a derivation with a bundle made by hand into a store. */
async function withBundle(
  store: Store,
  code: string,
  { config = {}, packages = {}, facts }: Given = {},
): Promise<DRef> {
  const dref = await store.putDerivation("sum", config as never);
  const imports = [...code.matchAll(/(?<=import |from )"[^"]+"/g)].map(
    ({ index, 0: literal }) => [index, index + literal.length] as const,
  );
  const all: BundleFacts = {
    key: "",
    packages,
    imports,
    outs: 1,
    matcher: { call: "only", args: [] },
    ...facts,
  };
  await store.putBundle(dref, bundleText({ facts: all, code }));
  return dref;
}

function withPackage(version: string): string {
  const folder = freshFolder();
  const files = {
    "package.json": JSON.stringify({ name: "five", version, type: "module" }),
    "index.js": `export default ${JSON.stringify(version)};`,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, "node_modules", "five", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}
