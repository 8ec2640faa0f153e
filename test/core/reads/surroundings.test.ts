import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOutside, shownPath } from "../../../core/reads/surroundings.ts";

const project = "/home/ada/work/digits";
const around = { own: ["/home/ada/store", "/home/ada/work/digits/out"], project };

describe("isOutside", () => {
  it.each([
    "/home/ada/work/digits/data/train.csv",
    "/home/ada/work/digits/train.py",
    "/home/ada/work/digits/model.wasm",
    "/home/ada/other/labels.json",
    "/mnt/images/1.png",
    "/home/ada/store.csv",
  ])("takes %s for something that a result may depend on", (path) => {
    expect(isOutside(path, around)).toBe(true);
  });

  it.each([
    ["what is in the store", "/home/ada/store/store-v1/x/y"],
    ["the run's own output", "/home/ada/work/digits/out/model.json"],
    ["code", "/home/ada/work/digits/helpers.ts"],
    ["what says how code is taken", "/home/ada/work/digits/package.json"],
    ["a package's own data", "/home/ada/work/digits/node_modules/words/list.txt"],
    ["a Python package's own data", "/home/ada/work/digits/venv/lib/python3.11/site-packages/a/b.npz"],
    ["settings and secrets", "/home/ada/work/digits/.env"],
    ["a cache of models", "/home/ada/.cache/huggingface/model.bin"],
    ["certificates", "/etc/ssl/certs/ca-certificates.crt"],
    ["time zones", "/usr/share/zoneinfo/Europe/Berlin"],
    ["what the system says of itself", "/proc/meminfo"],
    ["temporary files", join(tmpdir(), "scratch.bin")],
    ["a system's library folder of the user", join(homedir(), "Library", "Caches", "x")],
  ])("takes no notice of %s", (_, path) => {
    expect(isOutside(path, around)).toBe(false);
  });

  it("sees the files of a project that lies among temporary files, or in a hidden folder", () => {
    expect(isOutside("/tmp/try/data.csv", { own: [], project: "/tmp/try" })).toBe(true);
    expect(isOutside("/tmp/other/data.csv", { own: [], project: "/tmp/try" })).toBe(false);
    expect(isOutside("/tmp/other/data.csv", { own: [], project: "/tmp" })).toBe(false);
    expect(isOutside("/home/ada/.work/data.csv", { own: [], project: "/home/ada/.work" })).toBe(true);
    expect(isOutside("/etc/hosts", { own: [], project: "/" })).toBe(false);
  });

  it("takes no notice of folders that variables set aside for caches", () => {
    process.env["HF_HOME"] = "/scratch/models";
    try {
      expect(isOutside("/scratch/models/weights.bin", around)).toBe(false);
    } finally {
      delete process.env["HF_HOME"];
    }
    expect(isOutside("/scratch/models/weights.bin", around)).toBe(true);
  });
});

describe("shownPath", () => {
  it("begins at the project where it can", () => {
    expect(shownPath(`${project}/data/train.csv`, project)).toBe("data/train.csv");
    expect(shownPath("/mnt/train.csv", project)).toBe("/mnt/train.csv");
  });
});
