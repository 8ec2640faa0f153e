import { writeFile } from "node:fs/promises";
import { readFileSync, writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import {
  command,
  compare,
  explain,
  outcomes,
  realize,
  reasonText,
  redefine,
  stage,
} from "../../../core/index.ts";
import type { Explanation, RRef, Stage } from "../../../core/index.ts";
import { describeStage } from "../../../core/stage/describe.ts";
import type { Store } from "../../../core/store/store.ts";
import { tempStore } from "../../support/temp-store.ts";

let store: Store;
beforeEach(() => {
  store = tempStore();
  vi.stubEnv("LNX_DEVICE", "0");
});
afterEach(() => vi.unstubAllEnvs());

const major = process.versions.node.split(".")[0] as string;
const platform = `${process.platform}-${process.arch}`;

interface Parts {
  readonly environment?: readonly string[];
  readonly input?: Stage;
  readonly lr?: number;
  readonly code?: string;
  readonly uses?: Readonly<Record<string, string>>;
}

function model({ environment, input, lr = 1, code = "() => 1", uses = {} }: Parts = {}): Stage {
  return stage({
    name: "model",
    config: { lr, ...(input && { input }) },
    source: { code, uses },
    realize: (build) => writeFile(build.path("device"), process.env["LNX_DEVICE"] ?? "none"),
    environment,
  });
}

function drefOf(one: Stage): string {
  return describeStage(one).dref;
}

async function why(one: Stage): Promise<string[]> {
  const last = (await explain(one, { store })).derivations.at(-1);
  return last === undefined || last.state === "reused" ? ["reused"] : last.reasons.map(reasonText);
}

/** Has a realization say that it was made elsewhere. */
function madeElsewhere(rref: RRef, change: object): void {
  const path = join(store.path(rref), "__build__.json");
  chmodSync(path, 0o644);
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }));
}

describe("the environment of a stage", () => {
  it("is part of its identity when the stage asks for it, and of no other stage's", () => {
    const plain = drefOf(model());
    const asking = drefOf(model({ environment: ["LNX_DEVICE", "node"] }));
    expect(asking).not.toBe(plain);
    expect(drefOf(model({ environment: ["node", "LNX_DEVICE"] }))).toBe(asking);
    expect(drefOf(model({ environment: [] }))).toBe(plain);
    vi.stubEnv("LNX_DEVICE", "1");
    expect(drefOf(model())).toBe(plain);
    expect(drefOf(model({ environment: ["LNX_DEVICE", "node"] }))).not.toBe(asking);
  });

  it("is kept with its values in the config, and a variable that is not set as null", () => {
    vi.stubEnv("LNX_NONE", undefined);
    const asking = model({ environment: ["LNX_DEVICE", "LNX_NONE", "node", "platform"] });
    expect(describeStage(asking).config["__environment__"]).toEqual({
      LNX_DEVICE: "0",
      LNX_NONE: null,
      node: major,
      platform,
    });
  });

  it("finds the old outcome again when it is what it was", async () => {
    const asking = (): Stage => model({ environment: ["LNX_DEVICE"] });
    const first = await realize(asking(), { store });
    vi.stubEnv("LNX_DEVICE", "1");
    const second = await realize(asking(), { store });
    expect([first, second].map((rref) => readFileSync(join(store.path(rref), "device"), "utf8"))).toEqual([
      "0",
      "1",
    ]);
    vi.stubEnv("LNX_DEVICE", "0");
    expect(await realize(asking(), { store, assertRealized: true })).toBe(first);
    const { fields } = await outcomes([asking(), model()], { store });
    expect(fields).toContain("LNX_DEVICE (environment)");
  });

  it("goes with copies of a stage, with commands, and not with a new realizer", () => {
    const asking = model({ environment: ["LNX_DEVICE"] }) as Stage<object>;
    const environmentOf = (one: Stage): unknown => describeStage(one).config["__environment__"];
    expect(environmentOf(stage({ ...asking, config: { lr: 2 } }))).toEqual({ LNX_DEVICE: "0" });
    expect(environmentOf(redefine(asking, { config: { lr: 2 } }))).toEqual({ LNX_DEVICE: "0" });
    expect(environmentOf(redefine(asking, { environment: ["node"] }))).toEqual({ node: major });
    expect(environmentOf(redefine(asking, { realize: () => undefined }))).toBeUndefined();
    const echo = command({ name: "echo", command: "echo", outputs: {}, environment: ["LNX_DEVICE"] });
    expect(environmentOf(echo)).toEqual({ LNX_DEVICE: "0" });
  });

  it("is refused where it names nothing, is no list, or would be a dependency", () => {
    expect(() => model({ environment: ["A=B"] })).toThrow(
      new TypeError(
        'Cannot make the stage "model": its environment has "A=B", and what it can name are environment variables, "node" and "platform"',
      ),
    );
    expect(() => model({ environment: "node" as never })).toThrow(
      'its environment is a list of names, such as ["CUDA_VISIBLE_DEVICES", "node"], and not node',
    );
    vi.stubEnv("LNX_DEVICE", drefOf(model()));
    expect(() => model({ environment: ["LNX_DEVICE"] })).toThrow(
      expect.objectContaining({
        code: "invalid-environment",
        message: expect.stringContaining(
          "an address of the store. What a stage depends on is named in its config",
        ),
      }),
    );
  });

  it("is checked where a derivation is built, and not where its outcome is there", async () => {
    const asking = model({ environment: ["LNX_DEVICE"] });
    vi.stubEnv("LNX_DEVICE", "1");
    await expect(realize(asking, { store })).rejects.toMatchObject({
      code: "other-environment",
      message:
        'Cannot build "model": its environment has LNX_DEVICE "0", and here it is "1". Set the variable, or define the stage again, ' +
        "which makes another derivation",
      data: { field: "LNX_DEVICE", wanted: "0", here: "1" },
    });
    expect((await explain(asking, { store })).derivations.at(-1)).toMatchObject({
      state: "would-fail",
      code: "other-environment",
      reasons: [{ type: "never-realized" }],
    });
    vi.stubEnv("LNX_DEVICE", "0");
    const rref = await realize(asking, { store });
    vi.stubEnv("LNX_DEVICE", undefined);
    expect(await realize(asking, { store })).toBe(rref);
  });

  it("says where a derivation of another version of Node is to be built", async () => {
    const asking = model({ environment: ["node"] });
    const versions = vi
      .spyOn(process, "versions", "get")
      .mockReturnValue({ ...process.versions, node: "99.1.0" });
    onTestFinished(() => versions.mockRestore());
    await expect(realize(asking, { store })).rejects.toThrow(
      `its environment has node ${major}, and here it is 99. Build it where that is so, or define the stage here, which makes another derivation`,
    );
  });

  it("is told in the place of a variable that is to be unset", async () => {
    vi.stubEnv("LNX_DEVICE", undefined);
    const asking = model({ environment: ["LNX_DEVICE"] });
    vi.stubEnv("LNX_DEVICE", "1");
    await expect(realize(asking, { store })).rejects.toThrow(
      'its environment has LNX_DEVICE unset, and here it is "1". Unset the variable',
    );
  });
});

describe("why a stage would run", () => {
  it("names each of six kinds of change: code, helper, parameter, dependency, package, environment", async () => {
    const data = (rows: number): Stage => stage({ name: "data", config: { rows }, realize: () => undefined });
    const parts = {
      environment: ["LNX_DEVICE"],
      input: data(1),
      uses: { half: "function half(x) { return x / 2 }", "package:ms": '"1.0.0"' },
    };
    await realize(model(parts), { store });
    expect(await why(model(parts))).toEqual(["reused"]);
    expect(await why(model({ ...parts, code: "() => 2" }))).toEqual(["its code changed (-1 +1)"]);
    const half = { ...parts.uses, half: "function half(x) { return x / 3 }" };
    expect(await why(model({ ...parts, uses: half }))).toEqual(["function half changed (-1 +1)"]);
    expect(await why(model({ ...parts, lr: 0.5 }))).toEqual(["lr 1 -> 0.5"]);
    expect(await why(model({ ...parts, input: data(2) }))).toEqual(["data (input) changed"]);
    const ms = { ...parts.uses, "package:ms": '"2.0.0"' };
    expect(await why(model({ ...parts, uses: ms }))).toEqual(["package ms 1.0.0 -> 2.0.0"]);
    vi.stubEnv("LNX_DEVICE", "1");
    expect(await why(model(parts))).toEqual(['environment: LNX_DEVICE "0" -> "1"']);
    vi.stubEnv("LNX_DEVICE", undefined);
    expect(await why(model(parts))).toEqual(['environment: LNX_DEVICE "0" -> unset']);
    expect(await why(model({ ...parts, environment: ["platform"] }))).toEqual([
      'environment: LNX_DEVICE is gone (it was "0")',
      `environment: platform is new: ${platform}`,
    ]);
  });

  it("says in which environment that was made which would be reused, or the nearest earlier one", async () => {
    const rref = await realize(model(), { store });
    const last = ({ derivations }: Explanation): object | undefined => derivations.at(-1);
    expect(last(await explain(model(), { store }))).not.toHaveProperty("madeIn");
    madeElsewhere(rref, { versions: { node: "1.2.3", lightnix: "0" }, platform: "none-x1" });
    const madeIn = [
      { name: "node", before: "1", after: major },
      { name: "platform", before: "none-x1", after: platform },
    ];
    expect(last(await explain(model(), { store }))).toMatchObject({ state: "reused", madeIn });
    expect(last(await explain(model({ lr: 2 }), { store }))).toMatchObject({ state: "would-run", madeIn });
  });
});

describe("compare()", () => {
  it("says in which environments two realizations were made, when these differ", async () => {
    const old = await realize(model(), { store });
    const now = await realize(model({ lr: 2 }), { store });
    expect((await compare(old, now, { store })).environment).toEqual([]);
    madeElsewhere(old, { versions: { node: "1.2.3", lightnix: "0" }, platform: undefined });
    expect((await compare(old, now, { store })).environment).toEqual([
      { name: "node", before: "1", after: major },
    ]);
  });

  it("has what stages ask for of the environment among the changes", async () => {
    const old = model({ environment: ["LNX_DEVICE"] });
    vi.stubEnv("LNX_DEVICE", "1");
    const { changes } = await compare(old, model({ environment: ["LNX_DEVICE"] }), { store });
    expect(changes).toEqual([{ type: "environment-changed", name: "LNX_DEVICE", before: "0", after: "1" }]);
  });
});
