import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  all,
  instantiate,
  latest,
  lens,
  realize,
  realizeMany,
  self,
  stage,
  type Build,
  type RRef,
  type Stage,
  type Store,
  type UntypedLens,
} from "../../../core/index.ts";
import { lensPlace } from "../../../core/lens/lens.ts";
import { freshStore } from "../fresh-store.ts";

const source = stage({
  name: "source",
  config: {
    url: "https://example.org/a.tar.gz",
    tags: ["small", "old"],
    options: { depth: 2, val: "hidden" },
    licence: null,
  },
  async realize(build) {
    await mkdir(build.path("a-1.0"));
    await writeFile(build.path("a-1.0", "README"), "read me");
    await writeFile(build.path("info.json"), '{"files": 1}');
  },
});

const program = stage({
  name: "program",
  config: {
    src: source.path("a-1.0"),
    info: source.path("info.json"),
    source,
    bin: self("bin", "a"),
    meta: self("meta.json"),
    get: 7,
  },
  async realize(build) {
    await writeFile(build.path("bin", "a"), build.lens.src.get("README").optval ?? "binary");
    await writeFile(build.path("meta.json"), JSON.stringify({ from: build.lens.source.rref }));
  },
});

async function realized(): Promise<{ store: Store; rref: RRef<typeof program.config>; sourceRRef: RRef }> {
  const store = freshStore();
  const rref = await realize(program, { store });
  return { store, rref, sourceRRef: await realize(source, { store }) };
}

describe("a lens on a realization", () => {
  it("leads to values in the config", async () => {
    const { store, rref } = await realized();
    const at = lens(rref, { store });
    expect(at.source.url.val).toBe("https://example.org/a.tar.gz");
    expect(at.source.options.depth.val).toBe(2);
    expect(at.source.tags.val).toEqual(["small", "old"]);
    expect(at.source.tags.get(1).val).toBe("old");
    expect(at.source.licence.val).toBeNull();
    expect(at.source.options.val).toEqual({ depth: 2, val: "hidden" });
  });

  it("leads to the very realizations that it was made from", async () => {
    const { store, rref, sourceRRef } = await realized();
    const at = lens(rref, { store });
    expect(at.rref).toBe(rref);
    expect(at.dref).toBe(lens(program).dref);
    expect(at.source.rref).toBe(sourceRRef);
    expect(at.source.rrefs).toEqual([sourceRRef]);
    expect(at.source.dref).toBe(lens(source).dref);
    expect(at.meta.json).toEqual({ from: sourceRRef });
  });

  it("leads to artifacts, its own and those of dependencies", async () => {
    const { store, rref, sourceRRef } = await realized();
    const at = lens(rref, { store });
    expect(at.syspath).toBe(store.path(rref));
    expect(at.bin.syspath).toBe(join(store.path(rref), "bin", "a"));
    expect(at.bin.contents).toBe("binary");
    expect(at.bin.refpath).toEqual([lens(program).dref, "bin", "a"]);
    expect(at.src.syspath).toBe(join(store.path(sourceRRef), "a-1.0"));
    expect(at.src.refpath).toEqual([lens(source).dref, "a-1.0"]);
    expect(at.info.contents).toBe('{"files": 1}');
    expect(at.info.json).toEqual({ files: 1 });
    // Through a path into a dependency, the dependency's config is within reach.
    expect(at.src.url.val).toBe("https://example.org/a.tar.gz");
    expect(at.src.rref).toBe(sourceRRef);
  });

  it("shows configs without what belongs to Lightnix, which get() still reaches", async () => {
    const { store, rref } = await realized();
    const at = lens(rref, { store });
    expect(Object.keys(at.val)).toEqual(["bin", "get", "info", "meta", "source", "src"]);
    expect(at.source.val.url).toBe("https://example.org/a.tar.gz");
    expect(at.get("__source__").get("code").val).toMatch(/^[0-9a-f]{32}$/);
  });

  it("reaches fields that are called like an accessor by get()", async () => {
    const { store, rref } = await realized();
    expect(lens(rref, { store }).get("get").val).toBe(7);
    expect(lens(rref, { store }).source.options.get("val").val).toBe("hidden");
  });
});

describe("what a lens cannot read", () => {
  const read = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  };
  const unchecked = (start: Stage): UntypedLens => lens(start);

  it("a misspelt field: the walk, the fields there are, and the nearest", () => {
    expect(() => unchecked(program).source.ulr.val).toThrow(
      'Cannot follow lens(program).source.ulr: lens(program).source has no field "ulr", only: ' +
        'url, tags, options, licence. Did you mean "url"?',
    );
    expect(read(() => unchecked(program).source.ulr.syspath)).toMatchObject({
      code: "no-such-field",
      data: { at: "lens(program).source", field: "ulr" },
    });
  });

  it("a field of a field that does not exist: the first that is missing", () => {
    expect(() => unchecked(program).source.nothing.at.all.val).toThrow(
      /Cannot follow lens\(program\)\.source\.nothing\.at\.all: lens\(program\)\.source has no field "nothing"/,
    );
  });

  it("a field of a number, a text or an empty list", () => {
    expect(() => unchecked(program).source.url.length.val).toThrow(
      /lens\(program\)\.source\.url is the value "https:.*" and has no fields/,
    );
    expect(() => unchecked(program).source.tags["7"].val).toThrow(/tags has no field "7", only: 0, 1/);
    expect(() => unchecked(program).source.tags.length.val).toThrow(/tags has no field "length"/);
    expect(() => unchecked(program).bin["0"].val).toThrow(
      /lens\(program\)\.bin is a self path and has no fields/,
    );
  });

  it("a field that does not exist has no value for optval", () => {
    expect(unchecked(program).source.nothing.at.all.optval).toBeUndefined();
    expect(lens(program).source.url.optval).toBe("https://example.org/a.tar.gz");
  });

  it("a realization from a derivation", () => {
    expect(() => lens(program).rref).toThrow(
      /Cannot read lens\(program\)\.rref: the lens starts at a derivation.*lens\(await realize\(stage\)\)/,
    );
    expect(() => lens(program).bin.syspath).toThrow(
      /Cannot read lens\(program\)\.bin\.syspath: the lens starts at a derivation/,
    );
    expect(() => (lens(program).bin as unknown as { json: unknown }).json).toThrow(
      /Cannot read lens\(program\)\.bin\.json: the lens starts at a derivation/,
    );
    expect(read(() => lens(program).source.rrefs)).toMatchObject({ code: "no-realization" });
  });

  it("a path of a value, or an address of it", () => {
    expect(() => unchecked(program).source.url.syspath).toThrow(
      /it is the value "https:.*" in the config, and no path. Its value is .val/,
    );
    expect(() => unchecked(program).source.options.contents).toThrow(
      /it is an object .* Its fields are: depth, val/,
    );
    expect(() => unchecked(program).source.tags.rref).toThrow(
      /it is a list in the config, and no dependency/,
    );
    expect(() => unchecked(program).bin.dref).toThrow(
      /it is an artifact of the stage itself, and no dependency/,
    );
    expect(() => unchecked(program).source.refpath).toThrow(
      /it is the realization as a whole, and no path inside it/,
    );
  });

  it("an artifact that is not there, is a folder, or is no JSON", async () => {
    const { store, rref } = await realized();
    const wrong = stage({ name: "wrong", config: { file: source.path("inof.json") }, realize() {} });
    const at = lens(await realize(wrong, { store }), { store });
    expect(() => at.file.contents).toThrow(
      /Cannot read the artifact lens\(wrong\)\.file: there is no .*inof\.json\. Did you mean ".*info\.json"\?/,
    );
    expect(() => lens(rref, { store }).src.contents).toThrow(/a-1\.0 is a folder: its path is \.syspath/);
    expect(() => lens(rref, { store }).bin.json).toThrow(/it is not JSON/);
    expect(read(() => at.file.json)).toMatchObject({ code: "unreadable-artifact" });
  });

  it("a start that is none", () => {
    expect(() => lens(new Map() as never)).toThrow(
      /Cannot start a lens at Map\(0\) \{\}: it starts at a stage, derivation/,
    );
    expect(() => lens("program" as never)).toThrow(TypeError);
    expect(() => lens(Promise.resolve(program))).toThrow(
      "Cannot start a lens at a promise: await it first, as in lens(await realize(stage))",
    );
  });
});

describe("a lens over a dependency with several realizations", () => {
  it("has them all, and refuses to choose", async () => {
    const store = freshStore();
    let runs = 0;
    const model = stage({
      name: "model",
      config: { weights: self("weights") },
      matcher: latest(3),
      realize: (build) => writeFile(build.path("weights"), String(runs++)),
    });
    const vote = stage({
      name: "vote",
      config: { model, file: model.path("weights") },
      matcher: all(),
      realize() {},
    });
    const at = lens(await realize(vote, { store }), { store });
    expect(at.model.rrefs).toEqual((await realizeMany(model, { store })).toSorted());
    expect(() => at.model.rref).toThrow(
      'Cannot read lens(vote).model.rref: "model" has 3 realizations here. Take them one by one: ' +
        "lens(vote).model.rrefs.map((rref) => lens(rref))",
    );
    expect(() => at.file.syspath).toThrow(expect.objectContaining({ code: "several-realizations" }));
    expect(at.model.rrefs.map((rref) => lens(rref, { store }).weights.contents).toSorted()).toEqual([
      "0",
      "1",
      "2",
    ]);
    expect(at.model.weights.val).toEqual(["__self__", "weights"]);
  });
});

describe("a lens in a build", () => {
  it("leads into the output folder and to the chosen realizations", async () => {
    const store = freshStore();
    const seen: unknown[] = [];
    const checking = stage({
      name: "checking",
      config: { source, out: self("deep", "out") },
      async realize(build) {
        const at = build.lens;
        expect(lens(build).out.syspath).toBe(at.out.syspath);
        expect(at.syspath).toBe(build.out);
        expect(at.source.syspath).toBe(store.path(at.source.rref));
        expect(() => at.rref).toThrow(
          /it is being built and becomes a realization when its realizer is done/,
        );
        build.path("deep", "out");
        await writeFile(at.out.syspath, "written");
        seen.push(at.out.contents, build.context[at.source.dref]);
      },
    });
    const rref = await realize(checking, { store });
    expect(seen).toEqual(["written", [await realize(source, { store })]]);
    expect(lens(rref, { store }).out.contents).toBe("written");
  });
});

describe("where a lens starts", () => {
  it("may be a stage that no store knows, a derivation or a closure", async () => {
    const store = freshStore();
    expect(lens(program).source.url.val).toBe("https://example.org/a.tar.gz");
    expect(store.derivations()).toEqual([]);
    const closure = await instantiate(program, { store });
    expect(lens(closure).source.url.val).toBe("https://example.org/a.tar.gz");
    expect(lens(closure.dref, { store }).source.url.val).toBe("https://example.org/a.tar.gz");
  });

  it("may be another lens", () => {
    expect(lens(lens(program).source as never)).toHaveProperty("url");
  });

  it("says when the store does not know it", () => {
    const store = freshStore();
    expect(() => lens(lens(program).dref, { store })).toThrow(/Cannot find the derivation/);
  });
});

describe("a lens as an object", () => {
  it("lists its fields and accessors, fields first", () => {
    expect(Reflect.ownKeys(lens(program).source)).toEqual(
      "url tags options licence val optval dref rref rrefs refpath syspath contents json get".split(" "),
    );
    expect(Object.keys(lens(program).source)).toEqual(["url", "tags", "options", "licence"]);
    expect("url" in lens(program).source).toBe(true);
    expect("ulr" in lens(program).source).toBe(false);
  });

  it("reads no file when it is listed", () => {
    const descriptor = Object.getOwnPropertyDescriptor(lens(program), "rref");
    expect(descriptor).toMatchObject({ get: expect.any(Function) });
  });

  it("shows where it points", async () => {
    const { store, rref, sourceRRef } = await realized();
    expect(inspect(lens(rref, { store }).source.url)).toBe(
      'lens(program).source.url -> "https://example.org/a.tar.gz"',
    );
    expect(inspect(lens(rref, { store }).src)).toBe(`lens(program).src -> ${sourceRRef}/a-1.0`);
    expect(inspect(lens(program))).toBe(`lens(program) -> ${lens(program).dref}`);
    expect(inspect({ at: lens(program).bin })).toBe('{ at: lens(program).bin -> ["__self__","bin","a"] }');
    expect(inspect(lens(program).get("two words"))).toBe('lens(program).get("two words") -> nothing');
  });

  it("can be awaited and turned into a text without harm", async () => {
    const at = lens(program).source;
    expect(await (at as unknown as Promise<unknown>)).toBe(at);
    expect("".concat(at as never)).toMatch(/^lens\(program\)\.source -> dref:/);
    expect(() => JSON.stringify(at.tags)).not.toThrow();
  });

  it("cannot be changed", () => {
    expect(() => Object.assign(lens(program), { bin: 1 })).toThrow(
      /Cannot change a lens: what is in the store never changes/,
    );
    expect(() => Reflect.deleteProperty(lens(program), "bin")).toThrow(TypeError);
  });

  it("is known as a lens by those who show it", () => {
    expect(lensPlace(lens(program).bin)).toMatchObject({ kind: "value", trail: "lens(program).bin" });
    expect(lensPlace({})).toBeUndefined();
    expect(lensPlace("text")).toBeUndefined();
  });
});

it("a realizer that works for any stage may use a lens without types", async () => {
  const store = freshStore();
  const copy = async (build: Build): Promise<void> => {
    await writeFile(build.lens["to"].syspath, build.lens["from"].contents);
  };
  const copied = stage({
    name: "copied",
    config: { from: source.path("info.json"), to: self("copy.json") },
    realize: copy,
  });
  expect(lens(await realize(copied, { store }), { store }).to.json).toEqual({ files: 1 });
});
