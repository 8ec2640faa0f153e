import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Reach } from "../../../core/code/reach.ts";
import { outsideTexts } from "../../../core/code/texts.ts";
import { freshFolder } from "../fresh-store.ts";
import { project } from "../stage/project.ts";

const installed = {
  "node_modules/modern/package.json":
    '{"name":"modern","version":"1.2.3","type":"module","exports":"./dist/main.js"}',
  "node_modules/modern/dist/package.json": '{"type":"module"}',
  "node_modules/modern/dist/main.js": "export const part = 1",
  "node_modules/late/package.json": '{"name":"late","version":"2.0.0"}',
  "node_modules/late/index.js": "",
};

describe("what code reaches", () => {
  it("are local files and packages, by static imports, import() and require()", () => {
    const { texts, problems } = reach(
      "import { a } from './lib/a.ts'; import 'node:fs'; import type { T } from './types.ts'; import('late'); import './none.ts'",
      {
        ...installed,
        "lib/a.ts": "import { b } from './b.ts'; import { part } from 'modern'; export const a = [b, part]",
        "lib/b.ts":
          "import { a } from './a.ts'; import data from '../data.json'; export const b = () => [a, data]",
        "data.json": "[1]",
      },
    );
    expect(Object.keys(texts).sort()).toEqual([
      "file:data.json",
      "file:lib/a.ts",
      "file:lib/b.ts",
      "package:late",
      "package:modern",
    ]);
    expect([texts["file:data.json"], texts["package:late"]]).toEqual(["[1]", '"2.0.0"']);
    expect(problems).toEqual(["./none.ts"]);
  });

  it("is no more of a module than what is imported, and what that uses", () => {
    const { texts } = reach("import { one } from './a.ts'", {
      "a.ts":
        "const used = 1, unused = 2; export const one = () => used; export function two() { return three; } const three = 3;",
    });
    expect(texts["file:a.ts"]).toBe("const used = 1; const one = () => used;\nexport { one };");
  });

  it("goes through modules that only pass on what others export", () => {
    const { texts } = reach("import { one, uno, all } from './index.ts'", {
      "index.ts":
        "export * from './a.ts'; export { one as uno, two } from './a.ts'; export * as all from './b.ts'; export { x } from './gone.ts'",
      "a.ts": "export const one = 1; export const two = 2;",
      "b.ts": "export const three = 3;",
    });
    expect(texts).toEqual({
      "file:index.ts": `export * from './a.ts';\nexport * as all from "./b.ts";\nexport { one as uno } from "./a.ts";`,
      "file:a.ts": "const one = 1;\nexport { one };",
      "file:b.ts": "const three = 3;\nexport { three };",
    });
  });

  it("is all of a module that is imported as a whole, and of one that is no ECMAScript module", () => {
    const { texts } = reach("import * as all from './a.ts'; import c from './c.cjs'", {
      "a.ts": "export const one = 1; export default () => one; const hidden = 2;",
      "c.cjs": "exports.c = require('./d.cjs'); exports.unused = 1;",
      "d.cjs": "module.exports = 4;",
    });
    expect(texts).toEqual({
      "file:a.ts": "const one = 1; export default () => one;\nexport { one };",
      "file:c.cjs": "exports.c = require('./d.cjs'); exports.unused = 1;",
      "file:d.cjs": "module.exports = 4;",
    });
  });

  it("are statements for their effect in every module that is entered", () => {
    const { texts } = reach("import { one } from './a.ts'", {
      "a.ts":
        "import './setup.ts'; export const one = 1; globalThis.x = helper(); function helper() { return 2 }",
      "setup.ts": "globalThis.y = 1; export const unused = 3;",
    });
    expect(texts["file:a.ts"]).toContain("globalThis.x = helper(); function helper() { return 2 };");
    expect(texts["file:setup.ts"]).toBe("globalThis.y = 1;");
  });

  it("is told by paths that say nothing of where the folder is", () => {
    const files = { "a.ts": "export { one } from '../a/b.ts'", "b.ts": "export const one = 1;" };
    const folders = [join(freshFolder(), "a"), join(freshFolder(), "a")];
    const [one, other] = folders.map((folder) => reach("import { one } from './a.ts'", files, folder).texts);
    expect(one).toEqual(other);
  });
});

function reach(
  text: string,
  files: Readonly<Record<string, string>>,
  folder: string = freshFolder(),
): { readonly texts: Record<string, string>; readonly problems: readonly string[] } {
  project(files, folder);
  const found = new Reach(folder);
  found.add(text, join(folder, "cell.ts"));
  return { texts: outsideTexts(found), problems: found.problems.map(({ name }) => name) };
}
