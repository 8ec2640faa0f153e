import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { questionOf } from "../../../kernel/app/question.ts";
import { startRealKernel, type RealKernel } from "../../support/kernel.ts";

describe("questionOf()", () => {
  it.each([
    ["Math.floor?", { code: "Math.floor", detail: 0 }],
    ["  $x.ñ ??\n", { code: "$x.ñ", detail: 1 }],
    ["?name", { code: "name", detail: 0 }],
    ["?? a.b", { code: "a.b", detail: 1 }],
  ])("finds that of %j", (cell, question) => {
    expect(questionOf(cell)).toEqual(question);
  });

  it.each(["a", "a ? b : c", "a ?? b", "?", "?a?", "%realize?", "f()?", "a\n?b", "1?"])(
    "finds none in %j",
    (cell) => {
      expect(questionOf(cell)).toBeUndefined();
    },
  );
});

describe("a cell that asks what something is", () => {
  let kernel: RealKernel;
  beforeAll(async () => {
    kernel = await startRealKernel();
  });
  afterAll(() => kernel.stop());

  it("is answered in the pager, by what inspection tells", async () => {
    await kernel.run("/** Twice as much. */\nfunction twice(x: number): number {\n  return 2 * x;\n}");
    const reply = await kernel.client.execute("twice?");
    const told = await kernel.inspect("twice|");
    expect(reply).toMatchObject({ status: "ok", payload: [{ source: "page", start: 0, data: told }] });
    expect(told["text/plain"]).toContain("Twice as much.");
  });

  it("tells that nothing is known", async () => {
    expect(await kernel.run("nothing.at.all??")).toMatchObject({
      status: "ok",
      printed: 'Nothing is known of "nothing.at.all".\n',
    });
  });

  it("is whole, where a line that ends so would otherwise go on", async () => {
    const status = async (code: string): Promise<string> =>
      (await kernel.client.request("is_complete_request", { code })).status;
    expect(await status("twice?")).toBe("complete");
    expect(await status("twice(1) ?")).toBe("incomplete");
  });
});
