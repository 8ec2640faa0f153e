import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lensHint } from "../../../kernel/app/lens-hints.ts";
import { withLensFields } from "../../../kernel/app/lens-fields.ts";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";

describe("a field that a lens does not have", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
    await kernel.run(
      '%%stage digits\nexport const config = { n: 1, out: self("a.txt"), sub: { mean: 1, deep: { a: 1 } }, "a-b": "; x: 1" as "; x: 1" };\nexport default async () => {};',
    );
    await kernel.run(
      "%%stage model\nexport const config = { digits, learningRate: 0.1 };\nexport default async () => {};",
    );
  });
  afterAll(async () => await kernel.stop());

  it.each([
    ["lens(digits).nn", `lens, whose fields are n, out, sub, "a-b". Did you mean 'n'?`],
    ["lens(model).digits.outt", `lens, whose fields are n, out, sub, "a-b". Did you mean 'out'?`],
    ["lens(digits).sub.meen", "lens, whose fields are mean, deep. Did you mean 'mean'?"],
    [
      "1;\n%lens model.learning_rate",
      "lens, whose fields are digits, learningRate. Did you mean 'learningRate'?",
    ],
    ["lens(model).optimizer", "lens, whose fields are digits, learningRate.\n"],
  ])("is answered with those that it has: %j", async (code, message) => {
    const { traceback } = await kernel.run(code);
    expect(traceback).toContain(`does not exist on this ${message}`);
    expect(traceback).not.toContain("FieldLenses");
  });

  it("because a promise stands in the config is answered with the await that is missing", async () => {
    await kernel.run('const data = fetchLocal({ name: "data", path: "data.csv" });');
    const { traceback } = await kernel.run(
      "%%stage reader\nexport const config = { data };\nexport default async (build: Build) => { build.lens.data.syspath; };",
    );
    expect(traceback).toContain(
      "Property 'syspath' does not exist on this lens: what the config has there is a promise. Await it where it is made",
    );
    const unread = await kernel.run(
      "%%stage other\nexport const config = { data };\nexport default async () => {};",
    );
    expect(unread.traceback).toContain("config.data is an instance of Promise; await it first");
  });

  it("of a stage itself is answered with the lens", async () => {
    expect((await kernel.run("digits.out")).traceback).toContain(
      "%lens digits.out, or lens(await realize(digits)).out",
    );
  });
});

describe("lensHint()", () => {
  const hint = (line: string, message: string): string | undefined =>
    lensHint(
      { line: 0, column: line.lastIndexOf(".") + 1, length: 1, code: 2339, severity: "error", message },
      line,
    );

  it("says how a field of a stage, a realization or a promise of the config is reached", () => {
    const missing = (field: string, type: string): string =>
      `Property '${field}' does not exist on type '${type}'.`;
    expect(hint("model.metrics", missing("metrics", "Stage<{ metrics: SelfPath; }>"))).toBe(
      "What a stage has is seen through a lens: %lens model.metrics, or lens(await realize(model)).metrics",
    );
    expect(hint("const m = rref.metrics", missing("metrics", "RRef<{ lr: number; }>"))).toBe(
      "What a realization has is seen through a lens: lens(rref).metrics",
    );
    expect(hint("model.config.metrics.json", missing("json", "SelfPath"))).toBe(
      "It is a promise of the config. The file of a realization is lens(await realize(stage)).metrics",
    );
    expect(hint("stages[0].metrics", missing("metrics", "Stage<{}>"))).toContain(
      "lens(await realize(stage)).metrics",
    );
    expect(hint("text.metrics", missing("metrics", "string"))).toBeUndefined();
  });
});

describe("withLensFields()", () => {
  it("says how many more fields there are than TypeScript names", () => {
    const config = "{ model: Stage<{ lr: number; }>; readonly a?: 1; ... 10 more ...; metrics: SelfPath; }";
    expect(
      withLensFields(
        `Property 'modul' does not exist on type 'StageLens<${config}> & FieldLenses<...>'. Did you mean 'model'?`,
      ),
    ).toBe(
      "Property 'modul' does not exist on this lens, whose fields are model, a, 10 more, metrics. Did you mean 'model'?",
    );
  });

  it("leaves other messages alone", () => {
    for (const message of [
      "Property 'x' does not exist on type '{ y: number; }'.",
      "Property 'foo' does not exist on type 'ValueLens<number>'.",
      "Cannot find name 'x'.",
    ])
      expect(withLensFields(message)).toBe(message);
  });
});
