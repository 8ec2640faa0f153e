import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findUserConfig } from "../../../kernel/tsconfig/find.ts";
import { parseJsonc } from "../../../kernel/tsconfig/jsonc.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a configuration is read with comments, trailing commas and a byte order mark", () => {
  expect(parseJsonc('\uFEFF{ "a": "// no /* comment, ]", /* yes, */ "b": [1, 2,], // end\n }')).toEqual({
    a: "// no /* comment, ]",
    b: [1, 2],
  });
});

it("the nearest tsconfig.json counts, with what it extends", () => {
  mkdirSync(join(folder, "deep", "er"), { recursive: true });
  mkdirSync(join(folder, "node_modules", "base"), { recursive: true });
  writeFileSync(
    join(folder, "node_modules", "base", "tsconfig.json"),
    '{ "compilerOptions": { "strict": false, "jsx": "react" } }',
  );
  writeFileSync(join(folder, "paths.json"), '{ "compilerOptions": { "paths": { "#/*": ["./lib/*"] } } }');
  writeFileSync(
    join(folder, "deep", "tsconfig.json"),
    '{ "extends": ["base", "../paths.json"], "compilerOptions": { "strict": true } }',
  );
  expect(findUserConfig(join(folder, "deep", "er"))).toEqual({
    path: join(folder, "deep", "tsconfig.json"),
    options: { strict: true, jsx: "react", paths: { "#/*": [join(folder, "lib", "*")] } },
    files: [
      join(folder, "deep", "tsconfig.json"),
      join(folder, "node_modules", "base", "tsconfig.json"),
      join(folder, "paths.json"),
    ],
    problems: [],
  });
});

it("a configuration that is broken or extends itself counts as what can be read of it", () => {
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "extends": "./tsconfig.json", "compilerOptions": { "strict": false } }',
  );
  expect(findUserConfig(folder)?.options).toEqual({ strict: false });
  writeFileSync(join(folder, "tsconfig.json"), "{ nonsense");
  expect(findUserConfig(folder)?.options).toEqual({});
});

it("baseUrl is a path for all names, and what paths are relative to", () => {
  const lib = join(folder, "lib");
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "compilerOptions": { "baseUrl": "./lib", "paths": { "~/*": ["own/*"] } } }',
  );
  expect(findUserConfig(folder)?.options).toEqual({
    paths: { "*": [join(lib, "*")], "~/*": [join(lib, "own", "*")] },
  });
});

it("of a solution that only names its projects, the first one counts", () => {
  mkdirSync(join(folder, "app"));
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{ "files": [], "references": [{ "path": "./app" }, { "path": "./tsconfig.node.json" }] }',
  );
  writeFileSync(join(folder, "app", "tsconfig.json"), '{ "compilerOptions": { "strict": false } }');
  writeFileSync(join(folder, "tsconfig.node.json"), '{ "compilerOptions": { "strict": true } }');
  expect(findUserConfig(folder)).toMatchObject({ options: { strict: false }, problems: [] });
});

it("what cannot be read or found is told, and the rest counts", () => {
  const path = join(folder, "tsconfig.json");
  writeFileSync(path, '{ "compilerOptions": { "strict": fals } }');
  const broken = findUserConfig(folder);
  expect(broken?.options).toEqual({});
  expect(broken?.problems).toEqual([
    expect.stringMatching(/^Cannot read ".*tsconfig\.json": .*Its options do not count\.$/),
  ]);
  writeFileSync(
    path,
    '{ "extends": ["./none.json", "not-installed"], "compilerOptions": { "strict": false } }',
  );
  expect(findUserConfig(folder)).toMatchObject({
    options: { strict: false },
    problems: [
      `Cannot find "./none.json", which "${path}" asks for.`,
      `Cannot find "not-installed", which "${path}" asks for.`,
    ],
  });
});
