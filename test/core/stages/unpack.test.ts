import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  errorCode,
  fetchUrl,
  file,
  lens,
  node,
  realize,
  self,
  stage,
  unpack,
  type ArchiveFormat,
  type Store,
  type UnpackLimits,
} from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { failedFolders, leftovers } from "../realize/leftovers.ts";
import { tarOf, writeZip, type TarEntry, type ZipEntry } from "./hostile-archives.ts";

interface Unpacking {
  readonly name?: string;
  readonly format?: ArchiveFormat;
  readonly into?: string;
  readonly limits?: UnpackLimits;
}

/** Unpacks these bytes into a store, and returns the folder of the realization. */
async function unpacked(
  store: Store,
  bytes: Uint8Array,
  { name = "a", ...options }: Unpacking = {},
): Promise<string> {
  const archive = file({ name: "archive", filename: name, content: bytes });
  const rref = await realize(unpack({ name: "unpacked", archive: archive.path(name), ...options }), {
    store,
  });
  return store.path(rref);
}

/** Why these bytes are not unpacked; and checks that nothing of them is left. */
async function refusal(bytes: Uint8Array, options: Unpacking = {}): Promise<Error> {
  const store = freshStore();
  const error = await unpacked(store, bytes, options).then(
    (path) => new Error(`was unpacked: ${readdirSync(path).join(", ")}`),
    (thrown: Error) => thrown.cause as Error,
  );
  expect(leftovers(store)).toEqual([]);
  for (const folder of failedFolders(store))
    expect(readdirSync(folder)).toEqual(["__kept__.json", "__log__.txt"]);
  return error;
}

const refusesTar = async (...entries: readonly TarEntry[]): Promise<Error> => refusal(tarOf(...entries));

/** A folder with one of everything that archives hold. */
function sampleFolder(): string {
  const folder = freshFolder();
  mkdirSync(join(folder, "pkg", "empty"), { recursive: true });
  writeFileSync(join(folder, "pkg", "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(join(folder, "pkg", "grüße.txt"), "hello\n".repeat(50_000));
  writeFileSync(join(folder, "pkg", "none"), "");
  writeFileSync(join(folder, "pkg", `${"long".repeat(40)}.txt`), "long name");
  symlinkSync("run.sh", join(folder, "pkg", "link"));
  return folder;
}

/** What has come of that folder. */
function seen(path: string): Record<string, unknown> {
  const at = join(path, "pkg");
  const mode = (name: string): number => statSync(join(at, name)).mode & 0o777;
  return {
    text: readFileSync(join(at, "grüße.txt"), "utf8").length,
    long: readFileSync(join(at, `${"long".repeat(40)}.txt`), "utf8"),
    executable: mode("run.sh"),
    plain: mode("none"),
    empty: statSync(join(at, "empty")).isDirectory(),
    link: lstatSync(join(at, "link")).isSymbolicLink() ? readlinkSync(join(at, "link")) : "a copy",
  };
}

const sample = {
  text: 300_000,
  long: "long name",
  executable: 0o555,
  plain: 0o444,
  empty: true,
  link: "run.sh",
};

const hasZstd = spawnSync("zstd", ["--version"]).status === 0;

describe("unpack()", () => {
  const flags = [
    ["tar", ""],
    ["tar.gz", "z"],
    ["tar.bz2", "j"],
    ["tar.xz", "J"],
  ] as const;
  it.each(flags)("unpacks %s", async (name, flag) => {
    const bytes = execFileSync("tar", [`c${flag}f`, "-", "pkg"], { cwd: sampleFolder() });
    expect(seen(await unpacked(freshStore(), bytes))).toEqual(sample);
    expect(seen(await unpacked(freshStore(), bytes, { format: name }))).toEqual(sample);
  });

  it.runIf(hasZstd)("unpacks tar.zst", async () => {
    const bytes = execFileSync("tar", ["--zstd", "-cf", "-", "pkg"], { cwd: sampleFolder() });
    expect(seen(await unpacked(freshStore(), bytes))).toEqual(sample);
  });

  it.each(["ustar", "pax", "gnu", "v7"])("unpacks a tar in the format %s", async (format) => {
    const folder = freshFolder();
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a", "b.txt"), "b");
    const bytes = execFileSync("tar", [`--format=${format}`, "-cf", "-", "a"], { cwd: folder });
    expect(readFileSync(join(await unpacked(freshStore(), bytes), "a", "b.txt"), "utf8")).toBe("b");
  });

  it("unpacks a zip made by Python", async () => {
    const folder = sampleFolder();
    execFileSync("python3", ["-m", "zipfile", "-c", "a.zip", "pkg"], { cwd: folder });
    // Python's command line follows links.
    const out = await unpacked(freshStore(), readFileSync(join(folder, "a.zip")));
    expect(seen(out)).toEqual({ ...sample, link: "a copy" });
  });

  it("unpacks links, executables and backslashes of a zip, and leaves out what macOS adds", async () => {
    const path = join(freshFolder(), "a.zip");
    writeZip(path, [
      ["bin/run", "#!/bin/sh\n", 0o100755],
      ["bin/alias", "run", 0o120777],
      ["win\\dows.txt", "w"],
      ["__MACOSX/._run", "fork"],
    ]);
    const out = await unpacked(freshStore(), readFileSync(path));
    expect(readlinkSync(join(out, "bin", "alias"))).toBe("run");
    expect(statSync(join(out, "bin", "run")).mode & 0o111).toBe(0o111);
    expect(readFileSync(join(out, "win", "dows.txt"), "utf8")).toBe("w");
    expect(existsSync(join(out, "__MACOSX"))).toBe(false);
  });

  const programs = [
    ["gz", "gzip"],
    ["bz2", "bzip2"],
    ["xz", "xz"],
    ["zst", "zstd"],
  ] as const;
  it.each(programs)("decompresses a file.%s", async (ending, program) => {
    if (program === "zstd" && !hasZstd) return;
    const text = "some text, ".repeat(100_000);
    const bytes = execFileSync(program, ["-c"], { input: text });
    const out = await unpacked(freshStore(), bytes, { name: `file.txt.${ending}` });
    expect(readdirSync(out)).toContain("file.txt");
    expect(readFileSync(join(out, "file.txt"), "utf8")).toBe(text);
    // Several streams after one another are one.
    const twice = await unpacked(freshStore(), Buffer.concat([bytes, bytes]), { name: "plain" });
    expect(readFileSync(join(twice, "plain"), "utf8")).toBe(text + text);
  });

  it("keeps a tar in a gz when told so", async () => {
    const bytes = gzipSync(tarOf({ path: "a", content: "a" }));
    const out = await unpacked(freshStore(), bytes, { name: "a.tar.gz", format: "gz" });
    expect(readdirSync(out)).toContain("a.tar");
  });

  it("takes what comes after the end of a tar for nothing", async () => {
    const trailing = Buffer.concat([tarOf({ path: "a", content: "a" }), Buffer.alloc(3_000_000)]);
    expect(readdirSync(await unpacked(freshStore(), trailing))).toContain("a");
  });

  it("takes hard links for copies, and the archive's own folder for nothing", async () => {
    const bytes = tarOf(
      { path: "./", type: "5" },
      { path: "./a/b", content: "b" },
      { path: "c", type: "1", target: "./a/b" },
      { path: "a", type: "5" },
    );
    const out = await unpacked(freshStore(), bytes);
    expect(readFileSync(join(out, "c"), "utf8")).toBe("b");
    expect(statSync(join(out, "c")).nlink).toBe(1);
  });

  it("finds the archive by itself in a stage that is one file", async () => {
    const store = freshStore();
    const archive = file({ name: "a.tar", content: tarOf({ path: "x", content: "x" }) });
    const x = unpack({ name: "x", archive });
    const rref = await realize(stage({ name: "use", config: { x: x.path("x") }, realize: () => undefined }), {
      store,
    });
    expect(lens(rref, { store }).x.contents).toBe("x");
    const several = node({ name: "several", artifacts: { "a.tar": "", "b.tar": "" } });
    const running = realize(unpack({ name: "x", archive: several }), { store });
    await expect(running).rejects.toThrow(
      /it is a folder with a.tar, b.tar in it. Say which file is the archive/,
    );
  });

  it("unpacks into a folder, where no name is the store's", async () => {
    const bytes = tarOf({ path: "__init__.py", content: "" }, { path: "context.json", content: "{}" });
    const out = await unpacked(freshStore(), bytes, { into: "src" });
    expect(readdirSync(join(out, "src")).toSorted()).toEqual(["__init__.py", "context.json"]);
    expect((await refusal(bytes)).message).toMatch(
      /names such as "__init__.py" are the store's own at the top/,
    );
  });

  it("has typed fields", async () => {
    const fetched = fetchUrl({ name: "f", url: "file:///f" });
    const config = unpack({ name: "u", archive: fetched.path("f"), into: "x" });
    expect(lens(config, { store: freshStore() }).archive.url.val).toBe("file:///f");
    expect(config.config.into).toEqual(self("x"));
  });

  it("refuses a format that there is not", () => {
    const archive = file({ name: "a", content: "" });
    expect(() => unpack({ name: "a", archive, format: "rar" as ArchiveFormat })).toThrow(
      /Cannot unpack the format "rar": the formats are tar, tar.gz, /,
    );
  });

  it("runs in plain Node, where packages of the old kind have no named exports", () => {
    const root = fileURLToPath(new URL("../../..", import.meta.url));
    const folder = freshFolder();
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const options = ["--noCheck", "--rewriteRelativeImportExtensions", "--skipLibCheck", "--ignoreConfig"];
    const target = ["--target", "es2023", "--module", "nodenext", "--rootDir", root, "--outDir", folder];
    const source = join(root, "core/stages/extract/extract.ts");
    execFileSync(join(root, "node_modules/.bin/tsc"), [...options, ...target, source]);
    const archives = {
      "a.tar": tarOf({ path: "t", content: "t" }),
      "b.gz": gzipSync("b"),
      "c.zip": Buffer.alloc(0),
    };
    for (const [name, bytes] of Object.entries(archives)) writeFileSync(join(folder, name), bytes);
    writeZip(join(folder, "c.zip"), [["z", "z"]]);
    const script = `
      import { extract } from "./core/stages/extract/extract.js";
      for (const archive of ["a.tar", "b.gz", "c.zip"])
        await extract({ archive, out: "out", isTop: true, signal: new AbortController().signal });
    `;
    mkdirSync(join(folder, "out"));
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    expect(readdirSync(join(folder, "out")).toSorted()).toEqual(["b", "t", "z"]);
  });

  it("ends at once when it is cancelled", async () => {
    const store = freshStore();
    const stopper = new AbortController();
    const archive = file({ name: "a.gz", content: gzipSync(Buffer.alloc(64_000_000)) });
    const running = realize(unpack({ name: "u", archive }), { store, signal: stopper.signal, args: null });
    setTimeout(() => stopper.abort(), 50);
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(leftovers(store)).toEqual([]);
  });
});

describe("an archive that leads out", () => {
  it.each(["/etc/evil", "../evil", "a/../../evil", "a/.."])("by the path %s is refused", async (path) => {
    expect((await refusesTar({ path: "ok", content: "ok" }, { path, content: "x" })).message).toMatch(
      /Cannot unpack ".*": its path (is absolute|leads out of the archive)/,
    );
  });

  it.each(["/etc/passwd", "../../x", "a/../../x"])("by a link to %s is refused", async (target) => {
    expect((await refusesTar({ path: "l", type: "2", target })).message).toBe(
      `Cannot unpack "l": it is a link to "${target}", which leads out of the archive`,
    );
  });

  it("by links that lead on one another is refused", async () => {
    const error = await refusesTar(
      { path: "a/b/up", type: "2", target: "../.." },
      { path: "l", type: "2", target: "a/b/up/../x" },
    );
    expect(error.message).toMatch(/leads out of the archive/);
  });

  it("by a file through a link is refused", async () => {
    const error = await refusesTar({ path: "l", type: "2", target: "." }, { path: "l/x", content: "x" });
    expect(error.message).toBe('Cannot unpack "l/x": its path goes through the link "l"');
  });

  it("by a hard link is refused", async () => {
    expect((await refusesTar({ path: "h", type: "1", target: "/etc/passwd" })).message).toMatch(
      /is absolute/,
    );
    expect((await refusesTar({ path: "h", type: "1", target: "none" })).message).toMatch(/no earlier file/);
  });

  const mode = { link: 0o120777, pipe: 0o010644 };
  it.each<[string, ZipEntry]>([
    ["absolute", ["/etc/evil", "x"]],
    ["leads out", ["../evil", "x"]],
    ["leads out", ["a\\..\\..\\evil", "x"]],
    ["leads out", ["l", "../../x", mode.link]],
    ["device, pipe", ["p", "", mode.pipe]],
  ])("as a zip is refused (%s)", async (reason, entry) => {
    const path = join(freshFolder(), "a.zip");
    writeZip(path, [["ok", "ok"], entry]);
    expect((await refusal(readFileSync(path))).message).toContain(reason);
  });
});

describe("a hostile archive", () => {
  it.each([
    ["3", "CharacterDevice"],
    ["4", "BlockDevice"],
    ["6", "FIFO"],
    ["S", "which is no file, folder or link"],
  ])("with an entry of the type %s is refused", async (type, what) => {
    const error = await refusesTar({ path: "ok", content: "ok" }, { path: "x", type });
    expect(errorCode(error)).toBe("unsafe-archive");
    expect(error.message).toContain(what);
  });

  it("with two things of one name is refused", async () => {
    const twice = /two things of this name|goes through the file/;
    expect((await refusesTar({ path: "a", content: "1" }, { path: "./a", content: "2" })).message).toMatch(
      twice,
    );
    expect((await refusesTar({ path: "a", content: "1" }, { path: "a/b", content: "2" })).message).toMatch(
      twice,
    );
    expect((await refusesTar({ path: "a/b", content: "1" }, { path: "a", content: "2" })).message).toMatch(
      twice,
    );
    const path = join(freshFolder(), "a.zip");
    writeZip(path, [
      ["a", "1"],
      ["a", "2"],
    ]);
    expect((await refusal(readFileSync(path))).message).toMatch(twice);
  });

  it("that holds more than the limits allow is refused", async () => {
    const bytes = tarOf({ path: "a", content: "a".repeat(1000) }, { path: "b", content: "b" });
    const error = await refusal(bytes, { limits: { maxBytes: 1000 } });
    expect(error.message).toMatch(
      /there are more than 1000 bytes in it.*raise the limit with \{ limits: \{ maxBytes/,
    );
    expect(errorCode(await refusal(bytes, { limits: { maxEntries: 1 } }))).toBe("archive-too-large");
    const hard = tarOf({ path: "a", content: "a".repeat(600) }, { path: "b", type: "1", target: "a" });
    expect(errorCode(await refusal(hard, { limits: { maxBytes: 1000 } }))).toBe("archive-too-large");
  });

  it.each(["gzip", "bzip2", "xz", "zstd"])(
    "that is a bomb made by %s stops at the limit",
    async (program) => {
      if (program === "zstd" && !hasZstd) return;
      const script = `head -c 8000000 /dev/zero | ${program} -c`;
      const bomb = execFileSync("sh", ["-c", script], { maxBuffer: 1e8 });
      expect(errorCode(await refusal(bomb, { limits: { maxBytes: 1_000_000 } }))).toBe("archive-too-large");
    },
  );

  it("that is a bomb in a zip stops at the limit", async () => {
    const path = join(freshFolder(), "a.zip");
    writeZip(path, [["zeros", "0".repeat(60_000)]]);
    const error = await refusal(readFileSync(path), { limits: { maxBytes: 50_000 } });
    expect(errorCode(error)).toBe("archive-too-large");
  });

  it.each(["gz", "bz2", "xz", "zst", "tar", "zip"])("that is a damaged %s is refused", async (format) => {
    if (format === "zst" && !hasZstd) return;
    const bytes = await sampleOf(format);
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.7));
    expect(errorCode(await refusal(cut, { format: format as ArchiveFormat }))).toBe("damaged-archive");
    if (format === "zst" || format === "tar") return;
    const flipped = Buffer.from(bytes);
    const at = format === "zip" ? 60 : Math.floor(bytes.length / 2);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    expect(errorCode(await refusal(flipped, { format: format as ArchiveFormat }))).toBe("damaged-archive");
  });

  it("that is no archive is refused", async () => {
    expect((await refusal(Buffer.from("just a text"), { name: "a.txt" })).message).toBe(
      'Cannot unpack "a.txt": its content is neither a tar nor a zip nor compressed by gzip, bzip2, xz or zstd',
    );
    expect(errorCode(await refusal(Buffer.alloc(0)))).toBe("unknown-format");
    expect(errorCode(await refusal(Buffer.from("just a text"), { format: "tar" }))).toBe("damaged-archive");
    expect(errorCode(await refusal(Buffer.from("just a text"), { format: "xz" }))).toBe("damaged-archive");
  });

  it("that is encrypted is refused", async () => {
    const folder = freshFolder();
    writeFileSync(join(folder, "a"), "secret");
    if (spawnSync("zip", ["-P", "pw", "a.zip", "a"], { cwd: folder }).status !== 0) return;
    expect((await refusal(readFileSync(join(folder, "a.zip")))).message).toBe(
      'Cannot unpack "a": it is encrypted',
    );
  });
});

async function sampleOf(format: string): Promise<Buffer> {
  const text = Array.from({ length: 40_000 }, (_, at) => String((at * 7919) % 65_537)).join("");
  if (format === "tar") return tarOf({ path: "a", content: text });
  if (format === "zip") {
    const path = join(freshFolder(), "a.zip");
    writeZip(path, [["a", text]]);
    return readFileSync(path);
  }
  const programs: Record<string, string> = { gz: "gzip", bz2: "bzip2", xz: "xz", zst: "zstd" };
  return execFileSync(programs[format] ?? "", ["-c"], { input: text });
}
