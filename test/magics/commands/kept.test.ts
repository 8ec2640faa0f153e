import { chmodSync, readlinkSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RRef } from "../../../core/index.ts";
import type { Notebook } from "../support/notebook.ts";
import { quickstart, steady } from "../support/quickstart.ts";

async function realized(): Promise<{ notebook: Notebook; rref: RRef }> {
  const notebook = await quickstart();
  await notebook.run("%realize classifier --as r");
  return { notebook, rref: notebook.value("r") as RRef };
}

describe("%keep and %roots", () => {
  it("keeps what the matcher of a stage takes, under the stage's name or another", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    const { root } = notebook.session.store;
    expect(steady(await notebook.text("%keep classifier"))).toMatch(
      /^root +keeps +outcome +built +size\n.*\nclassifier +classifier +01234567 +just now +\d+ B$/u,
    );
    await notebook.run("%keep r --as best-so-far");
    expect(readlinkSync(join(root, "roots", "best-so-far"))).toContain(rref.slice(5, 37));
    const table = (await notebook.text("%roots")).split("\n").slice(2);
    expect(table.map((line) => line.split(" ")[0])).toEqual(["best-so-far", "classifier"]);
    expect(await notebook.html("%roots")).toContain("best-so-far");
  });

  it("says what a name led to before", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    await notebook.run("%keep r --as it\n%realize digits");
    expect(await notebook.text("%keep digits --as it")).toContain(`in the place of ${rref.slice(5, 13)}`);
  });

  it("lets go of a root, and says when there is none", async () => {
    const { notebook } = await realized();
    using _ = notebook;
    await notebook.run("%keep r");
    await expect(notebook.run("%roots --drop clasifier")).rejects.toThrow('Did you mean "classifier"?');
    expect(await notebook.text("%roots --drop classifier")).toBe(
      "no roots: nothing is kept from %gc. %keep makes them",
    );
  });

  it("says what it cannot keep", async () => {
    using notebook = await quickstart();
    await expect(notebook.run("%keep digits")).rejects.toThrow(
      'Cannot keep "digits": it has no realization that counts. %realize it first',
    );
    await expect(notebook.run("%keep 5")).rejects.toThrow(
      'Cannot keep "5": it is no realization, stage or derivation',
    );
    await notebook.run("%realize digits");
    await expect(notebook.run("%keep digits --as a/b")).rejects.toThrow('Cannot name a root "a/b"');
  });
});

describe("%gc", () => {
  it("shows what would go and who keeps the rest, and changes nothing", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    const { store } = notebook.session;
    await notebook.run("%keep digits");
    const text = await notebook.text("%gc");
    expect(text).toMatch(/^classifier {2}[0-9a-f]{8} {2}just now {2}\d+ B {2}accuracy 0\.9, loss 0$/mu);
    expect(text).toMatch(/^1 realization, 1 derivation, 1 leftover can go: \d+ B\. 2 objects stay$/mu);
    expect(text).toContain('Kept: 2 by the root "digits"\nNothing was removed: %gc --delete does it.');
    expect(store.has(rref)).toBe(true);
    expect(await notebook.html("%gc")).toContain("accuracy 0.9");
  });

  it("removes it when told to, and shows what that was", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    await notebook.run("%keep digits");
    const text = await notebook.text("%gc --delete");
    expect(text).toMatch(/^classifier .*accuracy 0\.9/mu);
    expect(text).toMatch(/Removed 2 objects, freed \d+ B$/u);
    expect(notebook.session.store.has(rref)).toBe(false);
    expect(await notebook.text("%realize classifier")).toContain("built 1");
  });

  it("is stopped by an interrupt", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    const running = notebook.run("%gc --delete");
    notebook.interrupt();
    await expect(running).rejects.toThrow("interrupted");
    expect(notebook.output.displays[0]?.at(-1)?.["text/plain"]).toMatch(/Removed 0 so far$/u);
    expect(notebook.session.store.has(rref)).toBe(true);
  });

  it("warns when nothing at all is kept, and takes an age and a size", async () => {
    const { notebook } = await realized();
    using _ = notebook;
    expect(await notebook.text("%gc")).toMatch(/all of it would go\. %keep makes roots\.$/u);
    expect(await notebook.text("%gc --older-than 1h")).toMatch(
      /^0 realizations, 0 derivations can go: 0 B\. 4 objects stay\nKept: 4 by their age$/u,
    );
    expect(await notebook.text("%gc --free 1B")).toContain("by the size that was asked for");
    await expect(notebook.run("%gc --free many")).rejects.toThrow(
      'Cannot run %gc: --free takes a size, such as 500MB or 10GB, and "many" is none',
    );
    await expect(notebook.run("%gc --older-than 10")).rejects.toThrow(
      'Cannot run %gc: --older-than takes an age, such as 12h, 30d or 8w, and "10" is none',
    );
  });
});

describe("%verify", () => {
  it("says that all is well, of the store, a stage or a realization", async () => {
    const { notebook } = await realized();
    using _ = notebook;
    expect(await notebook.text("%verify")).toBe("4 objects, all well");
    expect(await notebook.text("%verify classifier")).toBe("2 objects, all well");
    expect(await notebook.text("%verify r")).toBe("1 object, all well");
  });

  it("names what is wrong, and puts right what can be when told to", async () => {
    const { notebook, rref } = await realized();
    using _ = notebook;
    const file = join(notebook.session.store.path(rref), "metrics.json");
    const text = readFileSync(file, "utf8");
    chmodSync(file, 0o644);
    writeFileSync(file, text.replace("9", "8"));
    chmodSync(file, 0o444);
    const found = await notebook.text("%verify");
    expect(found).toMatch(/^4 objects, 1 thing wrong$/mu);
    expect(found).toMatch(/^classifier [0-9a-f]{8} +artifacts changed +.*metrics\.json/mu);
    expect(found).toMatch(/--repair puts right what can be$/u);
    expect(await notebook.text("%verify digits")).toBe("2 objects, all well");
    expect(await notebook.text("%verify --repair")).toContain(`put aside: ${rref}`);
    expect(await notebook.text("%verify")).toMatch(/^3 objects, all well$/u);
  });

  it("is stopped by an interrupt", async () => {
    const { notebook } = await realized();
    using _ = notebook;
    const running = notebook.run("%verify");
    notebook.interrupt();
    await expect(running).rejects.toThrow("interrupted");
    expect(await notebook.html("%verify")).toContain("all well");
  });

  it("says what it cannot verify", async () => {
    using notebook = await quickstart();
    await expect(notebook.run("%verify digits")).rejects.toThrow(
      'Cannot verify "digits": the store has nothing of it',
    );
    await expect(notebook.run("%verify 5")).rejects.toThrow(
      'Cannot verify "5": it is no realization, stage or derivation',
    );
  });
});
