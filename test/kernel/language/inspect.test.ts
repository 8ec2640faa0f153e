import { expect, it } from "vitest";
import { openNotebook } from "./notebook.ts";

it("inspection tells type and documentation of what stands at the cursor", async () => {
  const { run, inspect } = openNotebook();
  await run(
    "/**\n * Trains it.\n * @param epochs how often\n */\nfunction train(epochs: number) { return { epochs }; }\nlet best = 1; class Model<T> {}",
  );
  expect(await inspect("tr|ain(5)")).toBe(
    "function train(epochs: number): {\n    epochs: number;\n}\n\nTrains it.\n\n@param epochs — how often",
  );
  expect(await inspect("train|")).toContain("function train");
  expect(await inspect("be|st")).toBe("let best: number");
  expect(await inspect("let m: Mo|del<1>")).toBe("class Model<T>");
  expect(await inspect("'😀'; Math.m|ax(1)")).toContain("(method) Math.max(...values: number[]): number");
});

it("inspection inside of a call tells the call and the argument in turn", async () => {
  const { run, inspect } = openNotebook();
  await run("/** Adds. */ function add(first: number, second: string) {}");
  expect(await inspect("add(1, |")).toBe(
    "add(first: number, second: string): void\n\nAdds.\n\nsecond: string",
  );
  expect(await inspect("add(|)")).toContain("first: number");
  expect(await inspect("[1].map(|")).toContain("callbackfn");
});

it("a closer look shows the source of what an earlier cell declared", async () => {
  const { run, inspect } = openNotebook();
  await run("const other = 1;\nfunction area(r: number) {\n  return 3 * r; // roughly\n}");
  expect(await inspect("ar|ea")).not.toContain("roughly");
  expect(await inspect("ar|ea", 1)).toMatch(/Source\n\nfunction area[\s\S]*roughly[\s\S]*\}$/);
  expect(await inspect("ar|ea; function area() {}", 1)).not.toContain("roughly");
});

it("inspection comes as text, Markdown and HTML", async () => {
  const { language } = openNotebook();
  const { found, data } = await language.inspect({ text: "const map = new Map<string, number>();" }, 7, 0);
  expect(found).toBe(true);
  expect(data).toEqual({
    "text/plain": "const map: Map<string, number>",
    "text/markdown": "```typescript\nconst map: Map<string, number>\n```",
    "text/html": "<pre><code>const map: Map&lt;string, number&gt;</code></pre>",
  });
});

it("inspection finds nothing where nothing is", async () => {
  const { language } = openNotebook();
  expect(await language.inspect({ text: "  " }, 1, 0)).toMatchObject({
    found: false,
    data: {},
    metadata: {},
  });
  expect(await language.inspect({ text: "nope.foo" }, 8, 1)).toMatchObject({ metadata: {} });
});

it("inspection works in half-typed code", async () => {
  const { run, inspect } = openNotebook();
  await run("const rows = [{ id: 1 }];");
  expect(await inspect("if (ro|ws.map(r => r.")).toContain("const rows: {\n    id: number;\n}[]");
});
