import { createHash } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pylightnixHash } from "../../../core/pylightnix/pylightnix-hash.ts";
import { freshFolder } from "../fresh-store.ts";

describe("pylightnixHash()", () => {
  it("goes over the files of a folder by name, and then over the folder in it, names with an underscore left out", async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "a", "z"), "3");
    writeFileSync(join(folder, "y"), "2");
    writeFileSync(join(folder, "b"), "1");
    writeFileSync(join(folder, "_x"), "never");
    symlinkSync("b", join(folder, "c"));
    expect(await pylightnixHash(folder)).toBe(
      createHash("sha256").update("1b123").digest("hex").slice(0, 32),
    );
  });

  it("cannot tell the order of several folders, nor what a link led to", async () => {
    const folder = freshFolder();
    symlinkSync("nowhere", join(folder, "link"));
    expect(await pylightnixHash(folder)).toBeUndefined();
    const other = freshFolder();
    for (const name of ["a", "b"]) mkdirSync(join(other, name));
    expect(await pylightnixHash(other)).toBeUndefined();
  });
});
