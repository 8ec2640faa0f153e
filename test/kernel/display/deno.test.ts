import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CurrentOutput, createDenoJupyter, toBundle } from "../../../kernel/display/index.ts";
import type { DenoJupyter } from "../../../kernel/display/index.ts";
import { tempFolder } from "../../support/temp-store.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

// What a cell shows by it, in order.
async function shownBy(act: (jupyter: DenoJupyter) => Promise<void> | void): Promise<unknown[]> {
  const current = new CurrentOutput();
  const shown: unknown[] = [];
  await current.run(
    {
      stream: (name, text) => void shown.push([name, text]),
      display: ({ bundle, displayId, isUpdate = false }) => void shown.push([bundle, displayId, isUpdate]),
      clear: (wait) => void shown.push(["clear", wait]),
    },
    async () => await act(createDenoJupyter(current)),
  );
  return shown;
}

describe("Deno.jupyter", () => {
  it("makes values of templates that are shown as HTML, Markdown and SVG", async () => {
    const { html, md, svg } = createDenoJupyter(new CurrentOutput());
    expect(await toBundle(html`<b>${1 + 1}</b>`)).toEqual({ "text/html": "<b>2</b>", "text/plain": "2" });
    expect(await toBundle(md`*a* ${"b"}`)).toMatchObject({ "text/markdown": "*a* b" });
    expect(await toBundle(svg`<svg/>`)).toMatchObject({ "image/svg+xml": "<svg/>" });
  });

  it("makes a picture of bytes and of a file, and refuses what is none", async () => {
    const { image } = createDenoJupyter(new CurrentOutput());
    const file = join(tempFolder(), "one.png");
    writeFileSync(file, png);
    for (const content of [png, file])
      expect(await toBundle(image(content))).toMatchObject({ "image/png": png.toString("base64") });
    expect(() => image(Buffer.from("text"))).toThrow("Cannot show an image: its content is none of PNG");
  });

  it("displays values and bundles, also in the place of earlier ones", async () => {
    const own = { [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<i>own</i>" }) };
    const shown = await shownBy(async ({ display }) => {
      await display(own);
      await display({ "text/plain": "one" }, { raw: true, display_id: "a" });
      await display({ "text/plain": "two" }, { raw: true, update: true, display_id: "a" });
    });
    expect(shown).toEqual([
      [{ "text/html": "<i>own</i>", "text/plain": "own" }, undefined, false],
      [{ "text/plain": "one" }, "a", false],
      [{ "text/plain": "two" }, "a", true],
    ]);
  });

  it("broadcasts what shows something, and says which messages it does not", async () => {
    const shown = await shownBy(async ({ broadcast }) => {
      const data = { "text/plain": "one" };
      await broadcast("display_data", { data, metadata: {}, transient: { display_id: "b" } });
      await broadcast("update_display_data", { data, metadata: {}, transient: { display_id: "b" } });
      await broadcast("stream", { name: "stderr", text: "told" });
      await broadcast("clear_output", { wait: true });
    });
    expect(shown).toEqual([
      [{ "text/plain": "one" }, "b", false],
      [{ "text/plain": "one" }, "b", true],
      ["stderr", "told"],
      ["clear", true],
    ]);
    await expect(shownBy(({ broadcast }) => broadcast("comm_open", {}))).rejects.toThrow(
      'Cannot broadcast a message "comm_open": Comms and widgets are in "lightnix/comms" and "lightnix/widgets"',
    );
    await expect(shownBy(({ broadcast }) => broadcast("status", {}))).rejects.toThrow(
      "It can be display_data",
    );
  });
});
