import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyContext, makeContext } from "../../core/context.ts";
import { hashTree, realizationHash } from "../../core/hash.ts";
import { makeDRef, makeRRef } from "../../core/ref.ts";
import { arbitraryFolder, type Plan, type PlanOfFolder } from "../support/arbitraries.ts";
import { makeFolder, makePipe, tempFolder } from "../support/temp-store.ts";

const file = (content: string, executable = false): Plan => ({ kind: "file", content, executable });
const folder = (items: PlanOfFolder): Plan => ({ kind: "folder", items });
const link = (target: string): Plan => ({ kind: "link", target });

const sample: PlanOfFolder = {
  "a.txt": file("hello"),
  a: folder({ run: file("#!/bin/sh\n", true), empty: folder({}), back: link("../a.txt") }),
  ü: file(""),
};

const empty: Plan = { kind: "file", content: "", executable: false };

describe("hashTree()", () => {
  // These digests are in people's stores. If one changes, nothing that was ever realized is found again.
  test("has always given these trees these digests", async () => {
    expect(await hashOf({})).toBe("e1583b3a9a286e7b1fa1bba0f1009fdb9f17a99e7cebe284724e202d7ad89604");
    expect(await hashOf(sample)).toBe("fa0ff039aeb956811cf9dfddbb5a4cd3924395adffdc630cd51b496981154eb9");
  });

  test.each<[what: string, change: PlanOfFolder]>([
    ["a content", { "a.txt": file("hellO") }],
    ["an executable bit", { "a.txt": file("hello", true) }],
    ["a name", { "a.txt": folder({}), "b.txt": file("hello") }],
    ["a kind", { "a.txt": folder({}) }],
    [
      "a link to a copy of what it leads to",
      { a: folder({ run: file("#!/bin/sh\n", true), empty: folder({}), back: file("hello") }) },
    ],
    [
      "the target of a link",
      { a: folder({ run: file("#!/bin/sh\n", true), empty: folder({}), back: link("./../a.txt") }) },
    ],
    [
      "an empty folder, taken away",
      { a: folder({ run: file("#!/bin/sh\n", true), back: link("../a.txt") }) },
    ],
    ["an empty file, added", { z: file("") }],
    ["where a boundary between names lies", { a: folder({}), "a\nb": file("x") }],
  ])("sees a change of %s", async (_, change) => {
    expect(await hashOf({ ...sample, ...change })).not.toBe(await hashOf(sample));
  });

  test("does not see times, owners and other permissions", async () => {
    const place = tempFolder();
    makeFolder(place, sample);
    const before = await hashTree(place);
    utimesSync(join(place, "a.txt"), 1, 1);
    chmodSync(join(place, "a.txt"), 0o400);
    chmodSync(join(place, "a", "run"), 0o511);
    chmodSync(join(place, "a"), 0o500);
    expect(await hashTree(place)).toEqual(before);
  });

  test("goes by the bytes of paths, whatever JavaScript and the file system think of their order", async () => {
    // In UTF-16, U+FF5E comes after the surrogates of an emoji; in UTF-8, before its four bytes.
    const names = ["a-b", "a/c", "a0", "\uFF5E", "😀"];
    const place = tempFolder();
    mkdirSync(join(place, "a"));
    for (const name of names.toReversed()) writeFileSync(join(place, name), "");
    const empty = createHash("sha256").digest("hex");
    const text = ["d\0a\0\0", ...names.map((name) => `f\0${name}\0${empty}\0`)].join("");
    const wanted = createHash("sha256").update(`lightnix tree 1\0${text}`).digest("hex");
    expect(await hashTree(place)).toMatchObject({ digest: wanted, sizeBytes: 0, facts: { length: 6 } });
  });

  test("is equal for equal trees, and for no others", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFolder, arbitraryFolder, async (one, other) => {
        const [first, again, second] = [await hashOf(one), await hashOf(one), await hashOf(other)];
        expect(again).toBe(first);
        expect(first === second).toBe(sorted(one) === sorted(other));
      }),
      { numRuns: 40 },
    );
  });

  test.each<[string, (plan: PlanOfFolder) => PlanOfFolder]>([
    ["a name", ({ new: it, ...rest }) => ({ ...rest, new2: it as Plan })],
    ["a kind", (plan) => ({ ...plan, new: { kind: "folder", items: {} } })],
    [
      "a kind to a link with the content as its target",
      (plan) => ({ ...plan, new: { kind: "link", target: "text" } }),
    ],
    ["an executable bit", (plan) => ({ ...plan, new: { kind: "file", content: "text", executable: true } })],
    ["a content", (plan) => ({ ...plan, new: { kind: "file", content: "text ", executable: false } })],
    ["a link's target", (plan) => ({ ...plan, "new-link": { kind: "link", target: "elsewhere" } })],
    [
      "the emptiness of a folder",
      (plan) => ({ ...plan, "new-folder": { kind: "folder", items: { new: empty } } }),
    ],
    [
      "an empty folder into nothing",
      (plan) => Object.fromEntries(Object.entries(plan).filter(([name]) => name !== "new-folder")),
    ],
    ["an empty folder into an empty file", (plan) => ({ ...plan, "new-folder": empty })],
    ["a level of folders", (plan) => ({ all: { kind: "folder", items: plan } })],
  ])("changes with %s, whatever else is there", async (_, change) => {
    await fc.assert(
      fc.asyncProperty(arbitraryFolder, async (rest) => {
        const plan: PlanOfFolder = {
          ...rest,
          new: { kind: "file", content: "text", executable: false },
          "new-link": { kind: "link", target: "new" },
          "new-folder": { kind: "folder", items: {} },
        };
        expect(await hashOf(change(plan))).not.toBe(await hashOf(plan));
      }),
      { numRuns: 10 },
    );
  });

  test.each([0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024 + 17])(
    "reads a file of %i bytes to the last one",
    async (sizeBytes) => {
      const place = tempFolder();
      const content = randomBytes(sizeBytes);
      writeFileSync(join(place, "x"), content);
      const sha = createHash("sha256").update(content).digest("hex");
      const wanted = createHash("sha256").update(`lightnix tree 1\0f\0x\0${sha}\0`).digest("hex");
      expect(await hashTree(place)).toMatchObject({ digest: wanted, sizeBytes, facts: { length: 1 } });
    },
  );

  test("gives several very large files, hashed in threads, the same digests as one by one", async () => {
    const place = tempFolder();
    const names = ["a", "b", "c"];
    for (const [index, name] of names.entries()) {
      writeFileSync(join(place, name), name);
      truncateSync(join(place, name), (50 + index) * 1024 * 1024);
    }
    const fields = names.map((name, index) => {
      const zeros = Buffer.alloc((50 + index) * 1024 * 1024 - 1);
      return `f\0${name}\0${createHash("sha256").update(name).update(zeros).digest("hex")}\0`;
    });
    const wanted = createHash("sha256")
      .update(`lightnix tree 1\0${fields.join("")}`)
      .digest("hex");
    expect((await hashTree(place)).digest).toBe(wanted);
  });

  test("keeps hold of no more than a few pieces of a large file", async () => {
    const place = tempFolder();
    writeFileSync(join(place, "x"), "");
    truncateSync(join(place, "x"), 300 * 1024 * 1024);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5);
    await hashTree(place);
    clearInterval(watch);
    expect(most - before).toBeLessThan(16 * 1024 * 1024);
  });

  test("refuses a pipe", async () => {
    const place = tempFolder();
    mkdirSync(join(place, "sub"));
    makePipe(join(place, "sub", "pipe"));
    await expect(hashTree(place)).rejects.toThrow(
      'Cannot store "sub/pipe": it is a pipe; an artifact is a file, folder or link',
    );
    await expect(hashTree(place)).rejects.toMatchObject({ code: "special-file", data: { path: "sub/pipe" } });
  });

  test("refuses a socket", async () => {
    const place = tempFolder();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(place, "socket"), resolve));
    await expect(hashTree(place)).rejects.toThrow('Cannot store "socket": it is a socket');
    server.close();
  });

  test("refuses a name that is not UTF-8, but no name that only looks so", async () => {
    const place = tempFolder();
    writeFileSync(join(place, "really \uFFFD"), "");
    await expect(hashTree(place)).resolves.toMatchObject({ facts: { length: 1 } });
    writeFileSync(Buffer.concat([Buffer.from(`${place}/bad-`), Buffer.from([0xff])]), "");
    await expect(hashTree(place)).rejects.toMatchObject({ code: "invalid-file-name" });
  });

  test("does not follow links", async () => {
    const place = tempFolder();
    symlinkSync("/etc/passwd", join(place, "x"));
    symlinkSync("/etc", join(place, "y"));
    expect(await hashTree(place)).toMatchObject({ sizeBytes: 0, facts: { length: 2 } });
  });
});

describe("realizationHash()", () => {
  const dref = makeDRef({ hash: "0".repeat(32), name: "m" });
  const context = makeContext([[dref, [makeRRef("1".repeat(32), dref)]]]);

  test("has always been this", () => {
    expect(realizationHash(emptyContext, "a".repeat(64))).toBe("b813ff6036224edadabf2b1f8d8168ec");
    expect(realizationHash(context, "a".repeat(64))).toBe("8604ba434780bf89d735a0c6b33833fe");
  });

  test("covers the artifacts", () => {
    expect(realizationHash(context, "a".repeat(64))).not.toBe(realizationHash(context, "b".repeat(64)));
  });
});

async function hashOf(plan: PlanOfFolder): Promise<string> {
  const place = mkdtempSync("/tmp/lightnix-hash-");
  try {
    makeFolder(place, plan);
    return (await hashTree(place)).digest;
  } finally {
    rmSync(place, { recursive: true });
  }
}

function sorted(plan: PlanOfFolder): string {
  const byName = Object.entries(plan).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(
    byName.map(([name, item]) => [name, item.kind === "folder" ? sorted(item.items) : item]),
  );
}
