import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestFiles } from "../../../core/store/digest.ts";

const COUNT = 5000;
const folder = mkdtempSync(join(tmpdir(), "lightnix-digests-"));
const paths = Array.from({ length: COUNT }, (_, index) => `${index % 7}/file-${index}`);

beforeAll(() => {
  for (let index = 0; index < 7; index++) mkdirSync(join(folder, String(index)));
  for (const [index, path] of paths.entries()) {
    // Every hundredth is a large one, every tenth is executable.
    writeFileSync(join(folder, path), index % 100 === 0 ? Buffer.alloc(300_000, index) : `content ${index}`);
    if (index % 10 === 0) chmodSync(join(folder, path), 0o755);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The digests of the same files, a few at a time, which no other thread takes part in. */
async function alone(): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let at = 0; at < COUNT; at += 1000)
    found.push(...(await digestFiles(folder, paths.slice(at, at + 1000))));
  return found;
}

describe("digestFiles() of many files", () => {
  it("gives with two threads what it gives with one, time and again", async () => {
    const expected = await alone();
    expect(expected).toHaveLength(COUNT);
    for (let round = 0; round < 5; round++) expect(await digestFiles(folder, paths)).toEqual(expected);
  });

  it("gives each its own when there are several at once", async () => {
    const expected = await alone();
    const all = await Promise.all([1, 2, 3].map(() => digestFiles(folder, paths)));
    for (const one of all) expect(one).toEqual(expected);
  });

  it("fails where a file cannot be read, whichever thread meets it, and works again after that", async () => {
    const expected = await alone();
    for (const at of [3, COUNT - 1, COUNT / 2]) {
      const path = join(folder, paths[at] ?? "");
      rmSync(path);
      symlinkSync("nowhere", path);
      await expect(digestFiles(folder, paths)).rejects.toMatchObject({ code: "ELOOP" });
      rmSync(path);
      writeFileSync(path, `content ${at}`);
      if (at % 10 === 0) chmodSync(path, 0o755);
    }
    // The one in the middle was a large one.
    expect((await digestFiles(folder, paths)).toSpliced(COUNT / 2, 1)).toEqual(
      expected.toSpliced(COUNT / 2, 1),
    );
  });
});
