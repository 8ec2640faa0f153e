import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generateKey, openStore } from "../../../core/index.ts";
import type { RRef } from "../../../core/index.ts";
import { serveStore } from "../../core/remotes/served-store.ts";
import { quickstart, steady } from "../support/quickstart.ts";

describe("%pack and %unpack", () => {
  it("take realizations to another store as one file", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier --as r");
    const packed = await notebook.text("%pack r --output it.tar.zst");
    expect(packed).toMatch(/^Packed into .*\/it\.tar\.zst\n4 objects, [\d.]+ k?B\n\nname/u);
    expect(steady(packed)).toMatch(/^classifier +01234567 +\d+ B\ndigits +01234567 +\d+ B$/mu);
    await notebook.run("%store ./other");
    expect(await notebook.text("%unpack it.tar.zst")).toMatch(
      /^Unpacked from .*\n4 objects, 4 of them new\n[^]*\nclassifier .* new$/mu,
    );
    expect(notebook.session.store.has(notebook.value("r") as RRef)).toBe(true);
    expect(await notebook.text("%unpack it.tar.zst")).toMatch(
      /4 objects, all of them there already\n[^]*\nclassifier .* was there$/mu,
    );
    expect(await notebook.text("%realize classifier")).toContain("reused");
  });

  it("takes several, and a name of its own", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    expect(await notebook.text("%pack [digits, classifier]")).toContain("closure.tar.zst\n4 objects");
    expect(existsSync(join(notebook.folder, "closure.tar.zst"))).toBe(true);
  });

  it("says what it cannot pack and unpack", async () => {
    using notebook = await quickstart();
    await expect(notebook.run("%pack [digits, 5]")).rejects.toThrow(
      'Cannot pack "[digits, 5][0]": it has no realization that counts. %realize it first',
    );
    expect(notebook.session.store.derivations()).toEqual([]);
    await expect(notebook.run("%pack []")).rejects.toThrow('Cannot pack "[]": there is nothing in it');
    await expect(notebook.run("%unpack none.tar.zst")).rejects.toThrow("there is no such file");
  });
});

describe("%push and %pull", () => {
  it("copy what is missing from store to store, and say what was there already", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits\n%push digits --to shared");
    await notebook.run("%realize classifier --as r");
    const { displays } = await notebook.run("%push classifier --to shared");
    const states = displays[0]?.map((bundle) =>
      String(bundle["text/plain"]).replaceAll(notebook.folder, "."),
    );
    expect(states?.[0]).toBe("Pushing to ./shared");
    expect(states?.at(-1)).toContain("Pushed to ./shared\n4 objects, 2 of them new\n");
    expect(states?.at(-1)).toMatch(/^classifier .* new\ndigits .* was there$/mu);
    expect(openStore({ root: join(notebook.folder, "shared") }).has(notebook.value("r") as RRef)).toBe(true);
    await notebook.run("%store ./mine");
    expect(await notebook.text("%pull classifier --from shared")).toContain("4 objects, 4 of them new");
    expect(await notebook.text("%realize classifier")).toContain("reused");
    expect(await notebook.html("%pull r --from shared")).toContain("all of them there already");
  });

  it("sign what they push, take what is trusted, and fetch before they build", async () => {
    using notebook = await quickstart();
    const { secretKey, publicKey } = generateKey("lab");
    writeFileSync(join(notebook.folder, "lab.key"), secretKey);
    await notebook.run("%realize classifier --as r");
    await expect(notebook.run("%push r --to shared --key none.key")).rejects.toThrow("there is no such file");
    await notebook.run("%push r --to shared --key lab.key");
    const shared = join(notebook.folder, "shared");
    const { url } = await serveStore(shared);
    const newStore = async (name: string, key: string): Promise<void> => {
      mkdirSync(join(notebook.folder, name));
      writeFileSync(join(notebook.folder, name, "trusted-keys"), key);
      await notebook.run(`%store ./${name}`);
    };
    await newStore("pulled", publicKey);
    expect(await notebook.text(`%pull classifier --from ${url}`)).toContain("4 objects, 4 of them new");
    expect(await notebook.text("%verify --signatures")).toContain("all well");
    await expect(notebook.run(`%pull 3 --from ${url}`)).rejects.toThrow(
      'Cannot pull "3": it is no realization, stage or derivation',
    );
    await newStore("fetched", publicKey);
    const fetched = await notebook.text(`%realize classifier --substituters ${url}`);
    expect(fetched).toContain("reused");
    await newStore("others", generateKey("other").publicKey);
    await expect(notebook.run(`%pull [r, classifier] --from ${url}`)).rejects.toMatchObject({
      code: "unknown-key",
    });
    const built = await notebook.text(`%realize classifier --substituters ${url}`);
    expect(built).toContain("it is signed with lab, and no such key is trusted");
    expect(built).toContain("built");
  });

  it("are stopped by an interrupt, and say so", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize classifier");
    for (const [cell, title] of [
      ["%push classifier --to shared", "Pushing to"],
      ["%pack classifier", "Packing into"],
    ] as const) {
      const running = notebook.run(cell);
      notebook.interrupt();
      await expect(running).rejects.toThrow("interrupted");
      const shown = notebook.output.displays[0]?.at(-1)?.["text/plain"];
      expect(shown).toMatch(new RegExp(`^${title} .*stopped$`, "u"));
    }
    expect(existsSync(join(notebook.folder, "closure.tar.zst"))).toBe(false);
  });

  it("say what they cannot do", async () => {
    using notebook = await quickstart();
    await notebook.run("%realize digits");
    await expect(notebook.run("%push digits")).rejects.toThrow(
      "Cannot run %push: it needs the folder of the other store: --to FOLDER",
    );
    await expect(notebook.run("%pull digits")).rejects.toThrow(
      "Cannot run %pull: it needs the folder of the other store: --from FOLDER",
    );
    await expect(notebook.run("%push digits --to .store")).rejects.toThrow(/it is the store in use$/u);
    await expect(notebook.run("%pull digits --from nowhere")).rejects.toThrow(
      /nowhere": there is no store$/u,
    );
    await notebook.run("%push digits --to shared");
    await expect(notebook.run("%pull classifier --from shared")).rejects.toThrow(
      'Cannot pull "classifier": the other store has no realization of it that counts',
    );
    expect(openStore({ root: join(notebook.folder, "shared") }).derivations()).toHaveLength(1);
  });
});
