import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Cells } from "../../../kernel/language/cells.ts";
import type { Binding } from "../../../kernel/language/cells.ts";
import { openNotebook } from "./notebook.ts";

it("a hundred cells that build on each other are all checked and keep their types", async () => {
  const { run, typeOf, complete } = openNotebook();
  await run(
    "const v0 = [1, 2].map((x) => ({ x })); class K0 { rows = v0; } function f0(n: number) { return { n, v0 }; }",
  );
  for (let index = 1; index < 100; index += 1) {
    const before = index - 1;
    const told = await run(
      [
        `const v${index} = v${before}.map((row) => ({ ...row, y: f${before}(row.x).n }));`,
        `class K${index} { rows = v${index}; before = new K${before}(); m<T>(t: T) { return { t, rows: this.rows }; } }`,
        `function f${index}(n: number) { return { n: n + f${before}(n).n, made: new K${before}() }; }`,
      ].join("\n"),
    );
    expect(told).toEqual([]);
  }
  expect(await typeOf("v99")).toBe("{ y: number; x: number; }[]");
  expect(await typeOf("new K99().before.before.m('a')")).toBe(
    "{ t: string; rows: { y: number; x: number; }[]; }",
  );
  expect(await complete("f99(1).made.|")).toEqual(["before", "m", "rows"]);
  expect(await run("f99('a');\nv99[0].z;")).toHaveLength(2);
});

it("cells that nothing leads to any more are dropped", () => {
  const cells = new Cells();
  const add = (declarations: string): string =>
    cells.add({ declarations, sees: seen(), imports: [], augmentations: [] });
  const seen = (): Map<string, Binding> => new Map([...cells.names].filter(([name]) => name !== "value"));
  const bind = (name: string, cell: string): void => cells.bind(name, { cell, member: name, kind: "fixed" });
  bind("base", add("export class base {}"));
  bind("kept", add("export const kept: base;"));
  bind("base", add("export class base {}"));
  for (let time = 0; time < 2000; time += 1) {
    bind("value", add(`export const value: ${time};`));
    cells.changes();
  }
  expect(cells.size).toBeLessThan(200);
  bind("other", add("export const other: typeof kept;"));
  const texts = [...cells.changes()].map(([, text]) => text).join("\n");
  expect(texts).toContain("import kept = $cell1.kept;");
});

it.skipIf(process.platform !== "linux")("the server frees what a hundred cells leave behind", async () => {
  const { run, language } = openNotebook();
  const rssMB = (): number =>
    Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${language.serverPid}/status`, "utf8"))?.[1]) / 1000;
  await run("const v0 = { n: 0 };");
  const atFirst = rssMB();
  for (let n = 1; n < 100; n += 1) {
    await run(`const v${n} = { ...v${n - 1}, n: v${n - 1}.n + 1 };`);
    await language.tidy();
  }
  // Left to itself, the heap grows to three times its size first.
  expect(rssMB() - atFirst).toBeLessThan(40);
});
