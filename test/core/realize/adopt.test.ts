import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { realize, stage } from "../../../core/index.ts";
import { adopt, findLeft } from "../../../core/realize/adopt.ts";
import { freshStore } from "../fresh-store.ts";

it("what a build left stays where it is when only a part of it can be taken over", async () => {
  const store = freshStore();
  const fails = stage({
    name: "fails",
    config: {},
    outs: 2,
    async realize(build) {
      for (const out of build.outs) await writeFile(join(out, "work"), "hours of it");
      throw new Error("and then it fails");
    },
  });
  const error = await realize(fails, { store }).catch((thrown: unknown) => thrown);
  const found = findLeft(store, error as Error);
  const outs = [await store.tempFolder("build"), await store.tempFolder("build")];
  writeFileSync(join(outs[1] ?? "", "in the way"), "");
  await expect(adopt(store, found, outs)).rejects.toMatchObject({ code: "ENOTEMPTY" });
  expect(found.folders).toHaveLength(2);
  for (const folder of found.folders)
    expect(readFileSync(join(folder ?? "", "work"), "utf8")).toBe("hours of it");
  expect(findLeft(store, found.folders[0] ?? "")).toEqual(found);
  expect(existsSync(outs[0] ?? "")).toBe(false);
});
