import { describe, expect, it } from "vitest";
import {
  installCommand,
  installedSpecifier,
  isWantedVersion,
  registrySpecifier,
} from "../../../core/typescript/registry-specifier.ts";

describe("a specifier that names a registry", () => {
  it.each([
    ["npm:lodash", "lodash", undefined, "lodash", "npm install lodash"],
    ["npm:/lodash@4", "lodash", "4", "lodash", "npm install lodash@4"],
    ["npm:lodash@^4.1/fp/now.js", "lodash", "^4.1", "lodash/fp/now.js", 'npm install "lodash@^4.1"'],
    ["npm:@a/b@1.2.3-rc.1/c", "@a/b", "1.2.3-rc.1", "@a/b/c", "npm install @a/b@1.2.3-rc.1"],
    ["jsr:@std/path@1/posix", "@std/path", "1", "@std/path/posix", "npx jsr add @std/path@1"],
  ])("%s leads to what is installed", (specifier, name, version, installed, command) => {
    const read = registrySpecifier(specifier);
    expect(read).toMatchObject({ name, installed, ...(version !== undefined && { version }) });
    expect(read && installCommand(read)).toBe(command);
    expect(installedSpecifier(specifier)).toBe(installed);
  });

  it.each(["lodash", "./npm:x", "node:path", "npm:", "https://a.b/npm:x", "@a/b"])(
    "%s is none",
    (specifier) => {
      expect(registrySpecifier(specifier)).toBeUndefined();
      expect(installedSpecifier(specifier)).toBe(specifier);
    },
  );

  it.each([
    ["4.17.21", "4", true],
    ["4.17.21", "^4.18", false],
    ["5.0.0-beta.2", "5.0.0-beta.2", true],
    ["5.0.0-beta.2", "4 || >=5.0.0-beta.1", true],
    ["1.2.3", "latest", true],
  ])("version %s is one of %s: %s", (installed, wanted, is) => {
    expect(isWantedVersion(installed, wanted)).toBe(is);
  });
});
