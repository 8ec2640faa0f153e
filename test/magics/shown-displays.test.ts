import { describe, expect, it } from "vitest";
import type { DRef } from "../../core/ref.ts";
import type { CellHost, MimeBundle } from "../../magics/host.ts";
import { ShownDisplays } from "../../magics/shown-displays.ts";

const dref = `dref:${"1".repeat(32)}-model` as DRef;

/** A cell as a front end has it. */
function cell(): { host: CellHost; outputs: () => string[] } {
  let outputs: { text: string }[] = [];
  let isToClear = false;
  const textOf = (bundle: MimeBundle): string => String(bundle["text/plain"]);
  const display = (bundle: MimeBundle): { update(later: MimeBundle): void } => {
    if (isToClear) outputs = [];
    isToClear = false;
    const output = { text: textOf(bundle) };
    outputs.push(output);
    return { update: (later) => (output.text = textOf(later)) };
  };
  const clear = (wait: boolean): void => {
    if (wait) isToClear = true;
    else outputs = [];
  };
  return { host: { display, clear } as unknown as CellHost, outputs: () => outputs.map(({ text }) => text) };
}

describe("what realizers display in a cell", () => {
  const shown = (run: number, text: string, more: object = {}): Parameters<ShownDisplays["show"]>[0] => ({
    dref,
    run,
    bundle: { "text/plain": text },
    ...more,
  });

  it("is updated in its place, also where two runs call theirs the same", () => {
    const { host, outputs } = cell();
    const displays = new ShownDisplays(host);
    displays.show(shown(1, "one", { id: "plot" }));
    displays.show(shown(2, "two", { id: "plot" }));
    displays.show(shown(1, "one, later", { id: "plot", isUpdate: true }));
    expect(outputs()).toEqual(["one, later", "two"]);
  });

  it.each([true, false])("stays when another run takes back its own (wait: %s)", (wait) => {
    const { host, outputs } = cell();
    const displays = new ShownDisplays(host);
    displays.show(shown(1, "one", { id: "plot" }));
    displays.show(shown(2, "two"));
    displays.clear({ dref, run: 2, wait }, () => host.display({ "text/plain": "how far it is" }));
    displays.show(shown(2, "two, later"));
    displays.show(shown(1, "one, later", { id: "plot", isUpdate: true }));
    expect(outputs()).toEqual(["how far it is", "one, later", "two, later"]);
  });

  it("is shown anew as far as it came last, when another run takes back its own", () => {
    const { host, outputs } = cell();
    const displays = new ShownDisplays(host);
    for (let n = 0; n < 10; n++) displays.show(shown(1, String(n), { id: String(n) }));
    displays.clear({ dref, run: 2, wait: false }, () => undefined);
    displays.show(shown(1, "not there any more", { id: "0", isUpdate: true }));
    expect(outputs()).toEqual(["6", "7", "8", "9"]);
  });

  it("has a line above it that says whose it is, where several show theirs", () => {
    const { host, outputs } = cell();
    const displays = new ShownDisplays(host, (one) => (one === dref ? "lr 0.1" : "lr 0.2"));
    const other = { dref: `dref:${"2".repeat(32)}-other` as DRef };
    displays.show(shown(1, "one", { id: "plot" }));
    displays.show(shown(1, "two"));
    displays.show(shown(1, "three", other));
    displays.show(shown(1, "one, later", { id: "plot", isUpdate: true }));
    displays.show(shown(1, "four"));
    expect(outputs()).toEqual(["lr 0.1", "one, later", "two", "lr 0.2", "three", "lr 0.1", "four"]);
    displays.clear({ ...other, run: 1, wait: false }, () => undefined);
    expect(outputs()).toEqual(["lr 0.1", "one, later", "two", "four"]);
  });
});
