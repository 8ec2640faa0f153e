import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealKernel, untilPrinted } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

let kernel: RealKernel;
beforeAll(async () => {
  kernel = await startRealKernel({
    "model.ts":
      "/** Trains. */\nexport function train(lr: number): number {\n  return lr;\n}\nexport class Net {\n  layers = 3;\n  forward(x: number[]) {\n    return x; // in a file\n  }\n}\n",
  });
  await kernel.run(`import { train, Net } from "./model.ts";
    const loose: any = { rows: [{ id: 1 }], fn(a, b) { return a }, get boom() { throw new Error("ran"); } };
    const hidden: unknown = new Map([["k", 1]]);
    const net = new Net();
    class Model { weights = [1]; fit(epochs: number) { return epochs /* in a cell */; } }
    const model = new Model();
    const anyModel: any = model;
    interface Options { loose: number }
    /** Adds. See {@link Math.max}. @param b the second */
    function add(a: number, b: number) { return a + b; }`);
}, 60_000);
afterAll(async () => await kernel.stop());

const plain = async (marked: string, detail: 0 | 1 = 0): Promise<string> =>
  (await kernel.inspect(marked, detail))["text/plain"] ?? "";

describe("inspection in the kernel", () => {
  it("tells what a value is where its type does not", async () => {
    expect(await plain("loose|")).toBe(
      "const loose: any\n\nValue: object with 3 keys\n\n{ rows: [{ id: 1 }], fn: function fn(a, b), boom: [Getter] }",
    );
    expect(await plain("f(loose.ro|ws[0])")).toBe("Value: Array(1)\n\n[{ id: 1 }]");
    expect(await plain("loose.rows[0].id|")).toBe("Value: 1");
    expect(await plain("loose.fn|", 1)).toBe(
      "Value: function\n\nfunction fn(a, b)\n\nSource\n\nfn(a, b) { return a }",
    );
    expect(await plain("hidden|")).toContain('Value: Map(1)\n\n{ "k" => 1 }');
    expect(await plain("loose.boom|")).toBe("");
    const { "text/html": html, "text/markdown": markdown } = await kernel.inspect("anyModel|");
    expect(markdown).toContain("**Value:** Model");
    expect(html).toContain("<pre><code>{ weights: [1] }</code></pre>");
  });

  it("tells it beside the type that is known, and not of what is only spelt like a variable", async () => {
    expect(await plain("model|")).toBe("const model: Model\n\nValue: Model\n\n{ weights: [1] }");
    expect(await plain("model.weights|")).toContain("number[]\n\nValue: Array(1)");
    expect(await plain("const o: Options = { loose|: 1 }")).not.toContain("Value");
    expect(await plain("function f(loose: any) { return loose|; }")).not.toContain("Value");
    expect(await plain("'loose|'")).toBe("");
    expect(await plain("add|")).not.toContain("Value");
  });

  it("answers from the types while a cell computes", async () => {
    const computes = untilPrinted(kernel.client, "begun");
    const busy = kernel.run("console.log('begun'); while (true) {}");
    await computes;
    expect(await plain("loose|")).toBe("const loose: any");
    await kernel.client.request("interrupt_request");
    expect((await busy).traceback).toContain("Interrupted");
  });

  it("shows the source of what cells and local modules declare, with detail 1", async () => {
    expect(await plain("train|", 1)).toContain(
      "Source ./model.ts:2\n\nexport function train(lr: number): number {\n  return lr;\n}",
    );
    expect(await plain("net.forward|", 1)).toMatch(
      /Source \.\/model\.ts:7\n\nforward\(x: number\[\]\) \{[^]*in a file/,
    );
    expect(await plain("model.fit|", 1)).toContain(
      "Source\n\nfit(epochs: number) { return epochs /* in a cell */; }",
    );
    expect(await plain("new Mo|del()", 1)).toContain("Source\n\nclass Model {");
    expect(await plain("train|")).not.toContain("Source");
  });

  it("tells of the call around the cursor which parameter comes next", async () => {
    expect(await plain("add(|")).toMatch(/^add\(a: number, b: number\): number[^]*a: number$/);
    expect(await plain("'😀'; add(1, |)")).toMatch(/b: number — the second$/);
  });

  it("leads to no file of the compiler's own", async () => {
    const told = await kernel.inspect("add|");
    expect(told["text/markdown"]).toContain("See Math.max.");
    expect(JSON.stringify(told)).not.toContain("file:");
  });
});
