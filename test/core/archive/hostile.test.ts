import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Zstd } from "@hpcc-js/wasm-zstd";
import { Header, Pax } from "tar";
import { beforeEach, describe, expect, it } from "vitest";
import { entryName, MARKER_ENTRY, MARKER_TEXT } from "../../../core/archive/entry-name.ts";
import { unpackClosure } from "../../../core/archive/unpack-closure.ts";
import { canonicalJson, derivationRef } from "../../../core/canonical.ts";
import type { JsonObject } from "../../../core/config.ts";
import { LightnixError } from "../../../core/errors.ts";
import { contextText, emptyContext, makeContext, type Context } from "../../../core/context.ts";
import { hashTree, realizationHash } from "../../../core/hash.ts";
import { makeRRef, type DRef, type RRef } from "../../../core/ref.ts";
import { bundleText } from "../../../core/store/bundle-text.ts";
import { derivationFolderName } from "../../../core/store/layout.ts";
import { buildRecord } from "../../../core/store/record.ts";
import type { UnpackLimits } from "../../../core/stages/extract/limits.ts";
import type { Store } from "../../../core/store/store.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

interface Entry {
  readonly path: string;
  readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO";
  readonly content?: string;
  /** What its header says, where the content comes from elsewhere. */
  readonly sizeBytes?: number;
  readonly linkpath?: string;
}

const marker: Entry = { path: MARKER_ENTRY, content: MARKER_TEXT };
const config: JsonObject = { lr: 0.1 };
const dref = derivationRef("victim", config);
const place = `store-v1/${derivationFolderName(dref)}`;
const configEntry: Entry = { path: `${place}/config.json`, content: canonicalJson(config) };
const record = JSON.stringify(buildRecord(new Date(0), new Date(1)));
const rref = await realizationOf(dref, "good");
const inner = `${place}/${rref.slice(5, 37)}`;
const realizationEntries: readonly Entry[] = [
  { path: `${inner}/`, type: "Directory" },
  { path: `${inner}/context.json`, content: contextText(emptyContext) },
  { path: `${inner}/__build__.json`, content: record },
  { path: `${inner}/artifact`, content: "good" },
];
const good: readonly Entry[] = [marker, configEntry, ...realizationEntries];

describe("unpackClosure()", () => {
  let store: Store;
  let folder: string;

  beforeEach(() => {
    store = freshStore();
    folder = freshFolder();
  });

  const unpack = async (entries: readonly Entry[]): Promise<unknown> =>
    await unpackClosure(store, await archive(folder, entries));
  /** Code and message of the error; checks that the store and the folders around are what they were. */
  const refusal = async (entries: readonly Entry[]): Promise<string> => {
    const error: unknown = await unpack(entries).catch((thrown: unknown) => thrown);
    expect(store.derivations()).toEqual([]);
    expect(readdirSync(folder)).toEqual(["archive.tar.zst"]);
    expect(unfinished(store)).toEqual([]);
    return error instanceof LightnixError ? `${error.code}: ${error.message}` : String(error);
  };

  it("takes an archive that is as it should be", async () => {
    expect(await unpack(good)).toEqual({ refs: [dref, rref], added: [dref, rref] });
    expect(readFileSync(join(store.path(rref), "artifact"), "utf8")).toBe("good");
  });

  it.each<[string, Entry]>([
    ["..", { path: `${inner}/../../../../../escaped`, content: "x" }],
    ["..", { path: "../escaped", content: "x" }],
    ["is empty", { path: "/tmp/lightnix-escaped", content: "x" }],
    ["in such a place", { path: "escaped", content: "x" }],
    ["in such a place", { path: `${place}/notes.txt`, content: "x" }],
    ["in such a place", { path: "store-v1/not-a-hash/config.json", content: "x" }],
    ["in such a place", { path: "roots/main", type: "SymbolicLink", linkpath: "/etc" }],
    ["leads elsewhere", { path: `${inner}/./x`, content: "x" }],
    ["no folder for it", { path: `${inner}/nowhere/x`, content: "x" }],
    ["of the kind Link", { path: `${inner}/hard`, type: "Link", linkpath: "/etc/passwd" }],
    ["of the kind CharacterDevice", { path: `${inner}/device`, type: "CharacterDevice" }],
    ["of the kind FIFO", { path: `${inner}/pipe`, type: "FIFO" }],
    ["its target is not", { path: `${inner}/link`, type: "SymbolicLink", linkpath: "%2e" }],
    ["not written as", { path: `${inner}/%2e%2e`, content: "x" }],
    [
      "in the place of a config",
      { path: `${place}/config.json`, type: "SymbolicLink", linkpath: "/etc/passwd" },
    ],
    [
      "in the place of a text of code",
      { path: `sources/${"0".repeat(32)}`, type: "SymbolicLink", linkpath: "/etc/passwd" },
    ],
    ["in such a place", { path: "sources/notes", content: "1" }],
    ["twice", { path: `${inner}/artifact`, content: "good" }],
    ["twice", configEntry],
    ["twice", marker],
    ["twice", { path: `${inner}/`, type: "Directory" }],
    [
      "in the place of a realization",
      { path: `${place}/${"0".repeat(32)}`, type: "SymbolicLink", linkpath: "/etc" },
    ],
  ])("refuses what is or leads elsewhere (%s)", async (reason, entry) => {
    expect(await refusal([...good, entry])).toMatch(
      new RegExp(`^unsafe-archive: .*${reason.replaceAll(".", "\\.")}`),
    );
    expect(existsSync(join(folder, "..", "escaped"))).toBe(false);
  });

  it("refuses a text of code that is not what its digest says", async () => {
    for (const content of ["1 + 1", "no code at all"])
      expect(await refusal([...good, { path: `sources/${"0".repeat(32)}`, content }])).toMatch(
        /^wrong-hash: .*the text of code 0+ has another digest/,
      );
  });

  it("does not write through a link that came before", async () => {
    const outside = freshFolder();
    const entries: Entry[] = [
      ...good,
      { path: `${inner}/door`, type: "SymbolicLink", linkpath: outside },
      { path: `${inner}/door/x`, content: "x" },
    ];
    expect(await refusal(entries)).toMatch(/^unsafe-archive: .*no folder for it/);
    expect(readdirSync(outside)).toEqual([]);
  });

  it.each([["/etc/passwd"], ["../../../../x"], ["sub/../../x"]])(
    "refuses the link -> %s",
    async (linkpath) => {
      const link: Entry = { path: `${inner}/link`, type: "SymbolicLink", linkpath };
      expect(await refusal([...good, link])).toMatch(/^unsafe-archive: .*leads out of the realization/);
    },
  );

  it("refuses code of another digest, and code of no derivation", async () => {
    const text = bundleText({ facts: { key: "", packages: {}, imports: [], outs: 1 }, code: "export {};" });
    const code: Entry = { path: `${place}/stage.mjs`, content: text.replace("export", "import") };
    expect(await refusal([...good, code])).toMatch(
      /^wrong-hash: .*of the code of dref:.*, its digest is another one/,
    );
    expect(await refusal([marker, { ...code, content: text }])).toMatch(/^missing-dependency: /);
    expect(await refusal([...good, { path: `${place}/stage.mjs`, type: "Directory" }])).toMatch(
      /^unsafe-archive: .*it is a folder in the place of a config or of code/,
    );
  });

  it("refuses artifacts of another hash", async () => {
    const changed = good.map((one) => (one.content === "good" ? { ...one, content: "evil" } : one));
    expect(await refusal(changed)).toMatch(
      /^wrong-hash: .*context and artifacts of rref:.* have another hash/,
    );
  });

  it("refuses an additional artifact", async () => {
    expect(await refusal([...good, { path: `${inner}/more`, content: "x" }])).toMatch(
      /^wrong-hash: .*another hash/,
    );
  });

  it("refuses a success that is made a failure", async () => {
    const failure: Entry = { path: `${inner}/__failure__.json`, content: '{"error":"no"}' };
    expect(await refusal([...good, failure])).toMatch(/^wrong-hash: .*another hash/);
  });

  it("refuses a config of another hash", async () => {
    const changed = { ...configEntry, content: canonicalJson({ lr: 0.2 }) };
    expect(await refusal([marker, changed, ...realizationEntries])).toMatch(
      /^wrong-hash: .*the config of dref:.* has another hash/,
    );
  });

  it("refuses a config that is none", async () => {
    expect(await refusal([marker, { ...configEntry, content: "{" }])).toMatch(
      /^not-an-archive: .*config of dref:.* cannot be read/,
    );
  });

  it("refuses a realization without context, or without build record", async () => {
    const without = (name: string): Entry[] => good.filter(({ path }) => !path.endsWith(name));
    expect(await refusal(without("context.json"))).toMatch(/^not-an-archive: .*the context of rref/);
  });

  it("refuses a build record that says nothing", async () => {
    const changed = good.map((one) =>
      one.path.endsWith("__build__.json") ? { ...one, content: "{}" } : one,
    );
    expect(await refusal(changed)).toMatch(/^not-an-archive: .*does not say when the build started/);
  });

  it("refuses a realization whose derivation is missing", async () => {
    expect(await refusal([marker, ...realizationEntries])).toMatch(
      /^missing-dependency: .*depends on dref:.*, which neither/,
    );
  });

  it("refuses a derivation whose dependency is missing", async () => {
    const above: JsonObject = { victim: dref };
    const aboveRef = derivationRef("above", above);
    const entry = {
      path: `store-v1/${derivationFolderName(aboveRef)}/config.json`,
      content: canonicalJson(above),
    };
    expect(await refusal([marker, entry])).toMatch(
      /^missing-dependency: .*above depends on dref:.*-victim, which neither/,
    );
  });

  it("refuses a realization that was made from one that is missing, until the store has it", async () => {
    const above: JsonObject = { victim: dref };
    const aboveRef = derivationRef("above", above);
    const aboveContext = makeContext([[dref, [rref]]]);
    const aboveRRef = await realizationOf(aboveRef, "good", aboveContext);
    const top = `store-v1/${derivationFolderName(aboveRef)}`;
    const aboveInner = `${top}/${aboveRRef.slice(5, 37)}`;
    const upper: Entry[] = [
      { path: `${top}/config.json`, content: canonicalJson(above) },
      { path: `${aboveInner}/`, type: "Directory" },
      { path: `${aboveInner}/context.json`, content: contextText(aboveContext) },
      { path: `${aboveInner}/__build__.json`, content: record },
      { path: `${aboveInner}/artifact`, content: "good" },
    ];
    expect(await refusal([marker, configEntry, ...upper])).toMatch(
      /^missing-dependency: .*depends on rref:.*-victim, which neither/,
    );
    await unpack(good);
    expect(await unpack([marker, configEntry, ...upper])).toEqual({
      refs: [dref, aboveRef, aboveRRef],
      added: [aboveRef, aboveRRef],
    });
  });

  it("refuses what is no archive, or only part of one", async () => {
    const file = await archive(folder, good);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 40));
    await expect(unpackClosure(store, file)).rejects.toMatchObject({ code: "not-an-archive" });
    writeFileSync(file, "hello");
    await expect(unpackClosure(store, file)).rejects.toMatchObject({ code: "not-an-archive" });
    await expect(unpackClosure(store, `${file}/none.tar`)).rejects.toMatchObject({ code: "not-an-archive" });
    writeFileSync(file, "");
    await expect(unpackClosure(store, file)).rejects.toMatchObject({ code: "not-an-archive" });
    expect(await refusal([])).toMatch(/^not-an-archive: .*not made by packClosure/);
    expect(await refusal(good.slice(1))).toMatch(/^not-an-archive: .*not made by packClosure/);
    expect(await refusal([{ ...marker, content: "{}" }, ...good.slice(1)])).toMatch(
      /^not-an-archive: .*of version 1/,
    );
  });

  it("says that a file is not there", async () => {
    await expect(unpackClosure(store, join(folder, "nothing"))).rejects.toThrow(
      /^Cannot unpack ".*nothing": there is no such file\./,
    );
  });
});

describe("an archive made to fill the disk", () => {
  const zeros = Buffer.alloc(128 * 1024 ** 2);
  let store: Store;
  let folder: string;

  beforeEach(() => {
    store = freshStore();
    folder = freshFolder();
  });

  /** What `unpackClosure` has against an archive that goes on with so many times 128 MiB of zeros. */
  const refusal = async (file: string, times: number, limits?: UnpackLimits): Promise<LightnixError> => {
    const frame = (await Zstd.load()).compress(zeros);
    writeFileSync(file, Buffer.concat([readFileSync(file), ...Array.from({ length: times }, () => frame)]));
    expect(statSync(file).size).toBeLessThan(10_000_000);
    const error: unknown = await unpackClosure(store, file, limits && { limits }).catch(
      (thrown: unknown) => thrown,
    );
    expect(unfinished(store)).toEqual([]);
    expect(store.derivations()).toEqual([]);
    return error as LightnixError;
  };

  it("by one file of 64 GiB is refused before that is written", async () => {
    const bomb = { path: `${inner}/bomb`, sizeBytes: 64 * 1024 ** 3 };
    const error = await refusal(await archive(folder, [...good, bomb]), 512);
    expect(error.code).toBe("archive-too-large");
    expect(error.message).toBe(
      "Cannot unpack the archive: there are more than 4294967296 bytes in it, as in an archive made to fill a disk. If that is right, " +
        "raise the limit with { limits: { maxBytes: ... } }",
    );
  });

  it("by what follows its end is refused as soon as it is too much", async () => {
    const error = await refusal(await archive(folder, good), 32, { maxBytes: 10_000_000 });
    expect(error).toMatchObject({ code: "archive-too-large", data: { option: "maxBytes" } });
  });

  it("and the memory by frames that ask for a gibibyte each, in ten bytes, is refused", async () => {
    const file = await archive(folder, good);
    const windowOfGibibyte = (30 - 10) << 3;
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, windowOfGibibyte, 3, 0, 16, 0]);
    writeFileSync(file, Buffer.concat([readFileSync(file), ...Array.from({ length: 100 }, () => frame)]));
    const error = await refusal(file, 0);
    expect(error.code).toBe("archive-too-large");
    expect(error.message).toBe(
      "Cannot decompress the zst file: it asks for 1073741824 bytes of memory, and 8388608 are the most that it may have",
    );
  });

  it("by many entries is refused", async () => {
    const folders = Array.from({ length: 100 }, (_, index): Entry => ({
      path: `${inner}/${index}/`,
      type: "Directory",
    }));
    const file = await archive(folder, [...good, ...folders]);
    const error = await refusal(file, 0, { maxEntries: 100 });
    expect(error).toMatchObject({ code: "archive-too-large", data: { option: "maxEntries" } });
    expect(error.message).toMatch(/more than 100 entries in it/);
  });

  it.each([`${place}/config.json`, `${inner}/context.json`, `${inner}/__build__.json`])(
    "and the memory by a large %s is refused",
    async (path) => {
      const entries = good.map((entry) =>
        entry.path === path ? { path, sizeBytes: 65 * 1024 ** 2 } : entry,
      );
      const error = await refusal(await archive(folder, entries), 1);
      expect(error.code).toBe("unsafe-archive");
      expect(error.message).toMatch(/it has 68157440 bytes, where 67108864 are more than enough\. Nothing/);
    },
  );

  it("is let through when somebody raises the limits", async () => {
    const file = await archive(folder, good);
    await expect(unpackClosure(store, file, { limits: { maxBytes: 5000 } })).rejects.toThrow(/5000 bytes/);
    const { added } = await unpackClosure(store, file, { limits: { maxBytes: 100_000 } });
    expect(added).toEqual([dref, rref]);
  });
});

/** What is left in the folders of processes that work in a store. */
function unfinished(store: Store): string[] {
  const tmp = join(store.root, "tmp");
  return readdirSync(tmp).flatMap((name) => (name.endsWith(".owner") ? [] : readdirSync(join(tmp, name))));
}

async function realizationOf(of: DRef, content: string, context: Context = emptyContext): Promise<RRef> {
  const tree = mkdtempSync(join(tmpdir(), "lightnix-core-"));
  writeFileSync(join(tree, "artifact"), content);
  const { digest } = await hashTree(tree);
  rmSync(tree, { recursive: true });
  return makeRRef(realizationHash(context, digest), of);
}

async function archive(folder: string, entries: readonly Entry[]): Promise<string> {
  const zstd = await Zstd.load();
  const file = join(folder, "archive.tar.zst");
  const blocks = entries.flatMap(({ path, type = "File", content = "", sizeBytes, linkpath }) => {
    const size = sizeBytes ?? Buffer.byteLength(content);
    const fields = { path, type, size, mode: 0o644, ...(linkpath !== undefined && { linkpath }) };
    const block = Buffer.alloc(512);
    const extended = new Header(fields).encode(block) ? [new Pax(fields).encode()] : [];
    const padding = sizeBytes === undefined ? (512 - (size % 512)) % 512 : 0;
    return [...extended, block, Buffer.from(content), Buffer.alloc(padding)];
  });
  writeFileSync(file, zstd.compress(Buffer.concat([...blocks, Buffer.alloc(1024)])));
  return file;
}

describe("the names of entries", () => {
  it("have no line breaks, and can be read back", () => {
    expect(entryName("a\nb%c\u007F")).toBe("a%0Ab%25c%7F");
    expect(entryName("ünï/😀")).toBe("ünï/😀");
  });
});
