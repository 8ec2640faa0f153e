import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";
import {
  errorCode,
  fetchLocal,
  lens,
  realize,
  redefine,
  self,
  type FetchLocalOptions,
} from "../../../core/index.ts";
import { makePipe } from "../../support/temp-store.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { sha256 } from "./http-server.ts";

function textFile(name: string, text = "hello"): string {
  const path = join(freshFolder(), name);
  writeFileSync(path, text);
  return path;
}

async function drefOf(options: FetchLocalOptions): Promise<string> {
  return lens(await fetchLocal(options), { store: freshStore() }).dref;
}

describe("fetchLocal()", () => {
  it("copies a file, under its name", async () => {
    const store = freshStore();
    const local = await fetchLocal({ name: "greeting", path: textFile("greeting.txt") });
    expect(local.config).toEqual({ sha256: sha256("hello"), data: self("greeting.txt") });
    expect(lens(await realize(local, { store }), { store }).data.contents).toBe("hello");
  });

  it("copies a folder with executables and links", async () => {
    const store = freshStore();
    const folder = join(freshFolder(), "letters");
    mkdirSync(join(folder, "empty"), { recursive: true });
    writeFileSync(join(folder, "run"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(folder, "__init__.py"), "");
    symlinkSync("run", join(folder, "alias"));
    chmodSync(folder, 0o555);
    const local = await fetchLocal({ name: "letters", path: folder });
    const data = lens(await realize(local, { store }), { store }).data.syspath;
    expect(data).toMatch(/\/letters$/);
    expect(statSync(join(data, "alias")).mode & 0o111).toBe(0o111);
    expect(statSync(join(data, "empty")).isDirectory()).toBe(true);
    expect(readFileSync(join(data, "__init__.py"), "utf8")).toBe("");
  });

  it("takes a relative path, a file: URL, a link, and the path in an environment variable", async () => {
    const path = textFile("a.txt");
    const dref = await drefOf({ name: "a", path });
    expect(await drefOf({ name: "a", path: pathToFileURL(path) })).toBe(dref);
    const link = join(freshFolder(), "link");
    symlinkSync(path, link);
    expect(await drefOf({ name: "a", path: link, filename: "a.txt" })).toBe(dref);
    vi.stubEnv("LIGHTNIX_TEST_DATA", path);
    expect(await drefOf({ name: "a", env: "LIGHTNIX_TEST_DATA", filename: "a.txt" })).toBe(dref);
    expect((await fetchLocal({ name: "a", env: "LIGHTNIX_TEST_DATA" })).config.data).toEqual(self("a"));
    vi.unstubAllEnvs();
    expect((await fetchLocal({ name: "a", path: "package.json" })).config.data).toEqual(self("package.json"));
  });

  it("is known by what it is, and not by where it is", async () => {
    const path = textFile("a.txt");
    const dref = await drefOf({ name: "a", path });
    expect(await drefOf({ name: "a", path: textFile("a.txt") })).toBe(dref);
    expect(await drefOf({ name: "a", path: textFile("a.txt", "other") })).not.toBe(dref);
    expect(await drefOf({ name: "a", path, sha256: sha256("hello") })).toBe(dref);
  });

  it("with a checksum needs no file once it is realized", async () => {
    const store = freshStore();
    const path = textFile("a.txt");
    const options = { name: "a", path, sha256: sha256("hello") };
    const rref = await realize(await fetchLocal(options), { store });
    renameSync(path, `${path}.gone`);
    expect(await realize(await fetchLocal(options), { store })).toBe(rref);
  });

  it("refuses content with another checksum, of a file and of a folder, and shows both", async () => {
    const store = freshStore();
    for (const path of [textFile("a.txt"), freshFolder()]) {
      const local = await fetchLocal({ name: "a", path, sha256: "0".repeat(64) });
      const error = await realize(local, { store }).catch((thrown: Error) => thrown.cause as Error);
      expect(errorCode(error)).toBe("checksum-mismatch");
      expect(String(error)).toMatch(/expected 0{64}\n {2}actual {3}[0-9a-f]{64}/);
    }
  });

  it("refuses a file that changes after it was hashed", async () => {
    const path = textFile("a.txt");
    const local = await fetchLocal({ name: "a", path });
    writeFileSync(path, "changed");
    await expect(realize(local, { store: freshStore() })).rejects.toThrow(/its sha256 is not the one/);
  });

  it("can be redefined to another content", async () => {
    const store = freshStore();
    const local = await fetchLocal({ name: "a", path: textFile("a.txt"), sha256: "0".repeat(64) });
    const right = redefine(local, { config: (old) => ({ ...old, sha256: sha256("hello") }) });
    expect(lens(await realize(right, { store }), { store }).data.contents).toBe("hello");
  });

  it("says what is not there", async () => {
    await expect(fetchLocal({ name: "a", path: "/none/a" })).rejects.toThrow(
      'Cannot fetch "a": there is no /none/a',
    );
    await expect(fetchLocal({ name: "a", env: "LIGHTNIX_NONE" })).rejects.toMatchObject({
      code: "no-such-variable",
      message: expect.stringMatching(
        /the environment variable LIGHTNIX_NONE is not set. Set it to/,
      ) as string,
    });
    vi.stubEnv("LIGHTNIX_TEST_DATA", "/none/b");
    await expect(fetchLocal({ name: "a", env: "LIGHTNIX_TEST_DATA" })).rejects.toThrow(
      "there is no /none/b, which the environment variable LIGHTNIX_TEST_DATA names",
    );
    vi.unstubAllEnvs();
    await expect(fetchLocal({ name: "a" } as never)).rejects.toThrow(/it has neither a path nor an env/);
  });

  it("refuses pipes and devices, which have no end", async () => {
    const folder = freshFolder();
    makePipe(join(folder, "pipe"));
    await expect(fetchLocal({ name: "a", path: folder })).rejects.toMatchObject({ code: "special-file" });
    await expect(fetchLocal({ name: "a", path: join(folder, "pipe") })).rejects.toMatchObject({
      code: "special-file",
    });
  });
});
