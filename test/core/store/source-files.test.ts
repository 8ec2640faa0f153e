import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { copyClosure } from "../../../core/archive/copy-closure.ts";
import { packClosure } from "../../../core/archive/pack-closure.ts";
import { unpackClosure } from "../../../core/archive/unpack-closure.ts";
import { realize } from "../../../core/realize/realize.ts";
import { instantiate } from "../../../core/stage/registry.ts";
import { syntaxDigest } from "../../../core/stage/source.ts";
import { stage, type Stage } from "../../../core/stage/stage.ts";
import { collect } from "../../../core/store/collect/collect.ts";
import { planCollection } from "../../../core/store/collect/plan.ts";
import { repair } from "../../../core/store/repair/repair.ts";
import { keep } from "../../../core/store/roots.ts";
import type { Store } from "../../../core/store/store.ts";
import { verify } from "../../../core/store/verify/verify.ts";
import { tempFolder, tempStore } from "../../support/temp-store.ts";

function withCode(name: string, code: string, uses: Readonly<Record<string, string>> = {}): Stage {
  return stage({ name, config: {}, realize: () => undefined, source: { code, uses } });
}

function digest(text: string): string {
  return syntaxDigest(text, "a text");
}

function kept(store: Store): string[] {
  const folder = join(store.root, "sources");
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

describe("the texts of code", () => {
  test("are kept with the derivations that name them: the realizer and all that it uses", async () => {
    const store = tempStore();
    const uses = { twice: "(x) => 2 * x", "package:left-pad": '"1.2.3"' };
    await instantiate(withCode("model", "() => twice(1) // a comment", uses), { store });
    expect(store.sourceText(digest("() => twice(1)"))).toBe("() => twice(1) // a comment");
    expect(store.sourceText(digest(uses.twice))).toBe(uses.twice);
    expect(store.sourceText(digest('"1.2.3"'))).toBe('"1.2.3"');
    expect(statSync(join(store.root, "sources", digest(uses.twice))).mode & 0o777).toBe(0o444);
  });

  test("are kept once, however many derivations name them, and in durable stores as well", async () => {
    const store = tempStore({ durable: true });
    let last = withCode("link", "() => 1");
    for (let index = 0; index < 300; index++)
      last = stage({ name: "link", config: { last }, realize: () => undefined, source: { code: "() => 1" } });
    await instantiate(last, { store });
    expect(store.derivations()).toHaveLength(301);
    expect(kept(store)).toEqual([digest("() => 1")]);
  });

  test("are not kept for stages that leave code out, nor beyond a megabyte", async () => {
    const store = tempStore();
    await instantiate(stage({ name: "free", config: {}, realize: () => undefined, source: false }), {
      store,
    });
    await instantiate(withCode("large", JSON.stringify("x".repeat(2 ** 20))), { store });
    expect(kept(store)).toEqual([]);
  });

  test("are not known when they are not kept, or not what they were", async () => {
    const store = tempStore();
    await instantiate(withCode("model", "() => 1"), { store });
    const path = join(store.root, "sources", digest("() => 1"));
    chmodSync(path, 0o644);
    for (const text of ["() => 2", "no code at all"]) {
      writeFileSync(path, text);
      expect(store.sourceText(digest("() => 1"))).toBeUndefined();
    }
    expect(store.sourceText(digest("() => 3"))).toBeUndefined();
    expect(store.sourceText("../store-v1/__store__.json")).toBeUndefined();
  });

  test("come along with the realizations that are copied or packed, as the same bytes", async () => {
    const store = tempStore();
    const model = withCode("model", "() => twice(1)", { twice: "(x) => 2 * x" });
    const rref = await realize(model, { store });
    await instantiate(withCode("other", "() => 3"), { store });
    const [copied, unpacked] = [tempStore(), tempStore()];
    await copyClosure(store, copied, rref);
    const file = join(tempFolder(), "model.tar.zst");
    const { sizeBytes } = await packClosure(store, rref, file);
    await unpackClosure(unpacked, file);
    for (const other of [copied, unpacked])
      expect(kept(other)).toEqual([digest("() => twice(1)"), digest("(x) => 2 * x")].sort());
    expect((await packClosure(unpacked, rref, file)).sizeBytes).toBe(sizeBytes);
  });

  test("go when the last derivation that names them has gone", async () => {
    const store = tempStore();
    await keep(
      store,
      await realize(withCode("model", "() => twice(1)", { twice: "(x) => 2 * x" }), { store }),
      "best",
    );
    await realize(withCode("other", "() => 3", { twice: "(x) => 2 * x" }), { store });
    const plan = await planCollection(store);
    expect(plan.leftovers.map(({ kind, path }) => [kind, path])).toEqual([
      ["source", join(store.root, "sources", digest("() => 3"))],
    ]);
    expect((await planCollection(store, { leftovers: false })).leftovers).toEqual([]);
    expect((await planCollection(store, { olderThanMs: 60_000 })).leftovers).toEqual([]);
    const { freedBytes } = await collect(plan);
    expect(freedBytes).toBe(plan.freedBytes);
    expect(kept(store)).toEqual([digest("() => twice(1)"), digest("(x) => 2 * x")].sort());
  });

  test("stay when something that came after the plan names them, or what was to go was spared", async () => {
    const store = tempStore();
    await realize(withCode("late", "() => 1"), { store });
    const spared = await realize(withCode("spared", "() => 2"), { store });
    const plan = await planCollection(store);
    expect(plan.leftovers).toHaveLength(2);
    await instantiate(withCode("latest", "() => 1"), { store });
    await keep(store, spared, "spared");
    await collect(plan);
    expect(kept(store)).toEqual([digest("() => 1"), digest("() => 2")].sort());
  });
});

describe("verify() and repair()", () => {
  test("find and put right a text of code that was changed, can be written to, or is none", async () => {
    const store = tempStore();
    const closure = await instantiate(withCode("model", "() => twice(1)", { twice: "(x) => 2 * x" }), {
      store,
    });
    expect(await verify(store)).toEqual([]);
    const folder = join(store.root, "sources");
    const [changed, writable] = [
      join(folder, digest("() => twice(1)")),
      join(folder, digest("(x) => 2 * x")),
    ];
    chmodSync(changed, 0o644);
    writeFileSync(changed, "() => twice(2)");
    chmodSync(writable, 0o644);
    writeFileSync(join(folder, "notes"), "");
    const findings = await verify(store);
    expect(new Map(findings.map(({ problem, path }) => [path, problem]))).toEqual(
      new Map([
        [changed, "source-changed"],
        [writable, "writable"],
        [join(folder, "notes"), "foreign"],
      ]),
    );
    const { restored, dropped } = await repair(store, findings, { rebuild: [closure] });
    expect([restored.length, dropped]).toEqual([3, []]);
    expect(await verify(store)).toEqual([]);
    expect(store.sourceText(digest("() => twice(1)"))).toBe("() => twice(1)");
  });

  test("let a changed text go that nobody has at hand", async () => {
    const store = tempStore();
    await instantiate(withCode("model", "() => 1"), { store });
    const path = join(store.root, "sources", digest("() => 1"));
    chmodSync(path, 0o644);
    writeFileSync(path, "() => 2");
    await repair(store, await verify(store));
    expect([kept(store), await verify(store)]).toEqual([[], []]);
  });
});
