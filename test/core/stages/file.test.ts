import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { file, lens, realize } from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";

describe("file()", () => {
  it("is one file with a content", async () => {
    const store = freshStore();
    const rref = await realize(file({ name: "a.txt", content: "hello" }), { store });
    expect(lens(rref, { store }).file.contents).toBe("hello");
    expect(lens(rref, { store }).file.syspath).toMatch(/\/a\.txt$/);
  });

  it("may be called otherwise, hold bytes, and be executable", async () => {
    const store = freshStore();
    const program = file({
      name: "program",
      filename: "run",
      content: Buffer.from("#!/bin/sh\n"),
      executable: true,
    });
    const path = lens(await realize(program, { store }), { store }).file.syspath;
    expect(path).toMatch(/\/run$/);
    expect(statSync(path).mode & 0o111).toBe(0o111);
  });

  it("takes the content of a file as it is now", async () => {
    const store = freshStore();
    const path = join(freshFolder(), "a.txt");
    writeFileSync(path, "now");
    const made = file({ name: "a.txt", path });
    writeFileSync(path, "later");
    expect(lens(await realize(made, { store }), { store }).file.contents).toBe("now");
    expect(file({ name: "a.txt", path: pathToFileURL(path) }).config).toEqual(
      file({ name: "a.txt", content: "later" }).config,
    );
  });

  it("is known by its content", () => {
    const store = freshStore();
    const dref = (content: string): string => lens(file({ name: "a", content }), { store }).dref;
    expect(dref("a")).toBe(dref("a"));
    expect(dref("a")).not.toBe(dref("b"));
  });

  it("says what is missing", () => {
    expect(() => file({ name: "a", path: "/none" })).toThrow('Cannot make the stage "a": there is no /none');
    expect(() => file({ name: "a", path: "/" })).toThrow(/Cannot make the stage "a": .*EISDIR/);
    expect(() => file({ name: "a" } as never)).toThrow(/it has neither a content nor a path/);
    expect(() => file({ name: "a", content: "", filename: "a/b" })).toThrow(/contains a slash/);
  });
});
