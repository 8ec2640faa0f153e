import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";
import { describe, expect, test, onTestFinished, vi } from "vitest";
import {
  derivationFolder,
  derivationOfFolder,
  isArtifactName,
  isRealizationName,
  realizationFolder,
  storePaths,
  storeRoot,
} from "../../../core/store/layout.ts";
import { makeDRef, makeRRef } from "../../../core/ref.ts";

const dref = makeDRef({ hash: "1".repeat(32), name: "m" });

describe("storeRoot()", () => {
  const env = { LIGHTNIX_ROOT: "/env", XDG_DATA_HOME: "/xdg" };

  test("is what was asked for, before all else", () => {
    expect(storeRoot("/asked", env)).toBe("/asked");
    expect(storeRoot("here", env)).toBe(resolve("here"));
  });

  test("else LIGHTNIX_ROOT", () => {
    expect(storeRoot(undefined, env)).toBe("/env");
    expect(storeRoot(undefined, { ...env, LIGHTNIX_ROOT: "here" })).toBe(resolve("here"));
  });

  test("else below XDG_DATA_HOME, if that is absolute", () => {
    expect(storeRoot(undefined, { ...env, LIGHTNIX_ROOT: "" })).toBe("/xdg/lightnix");
    expect(storeRoot(undefined, { XDG_DATA_HOME: "xdg" })).toBe(`${homedir()}/.local/share/lightnix`);
  });

  test("else in the home folder", () => {
    expect(storeRoot(undefined, {})).toBe(`${homedir()}/.local/share/lightnix`);
  });

  test("which is the user's own when HOME is empty", () => {
    vi.stubEnv("HOME", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(storeRoot(undefined, {})).toBe(`${userInfo().homedir}/.local/share/lightnix`);
  });
});

test("the folders of a store are those of version 1", () => {
  const paths = storePaths("/root");
  expect(paths).toEqual({
    root: "/root",
    objects: "/root/store-v1",
    marker: "/root/store-v1/__store__.json",
    tmp: "/root/tmp",
    locks: "/root/locks",
    sources: "/root/sources",
  });
  expect(derivationFolder(paths, dref)).toBe(`/root/store-v1/${"1".repeat(32)}-m`);
  expect(realizationFolder(paths, makeRRef("2".repeat(32), dref))).toBe(
    `/root/store-v1/${"1".repeat(32)}-m/${"2".repeat(32)}`,
  );
});

test("names tell what a folder or file in a store is", () => {
  expect(derivationOfFolder(`${"1".repeat(32)}-m`)).toBe(dref);
  for (const name of ["__store__.json", "m", "1".repeat(32), `${"1".repeat(32)}-.m`]) {
    expect(derivationOfFolder(name)).toBeUndefined();
  }
  expect(["2".repeat(32), "config.json", "stage.mjs", "2".repeat(31)].map(isRealizationName)).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(["a", "config.json", "_x", "context.json", "__log__.txt", "__x"].map(isArtifactName)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
