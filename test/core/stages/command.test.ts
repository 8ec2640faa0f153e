import { describe, expect, it } from "vitest";
import { command, errorCode, file, lens, node, realize, self } from "../../../core/index.ts";
import { freshStore } from "../fresh-store.ts";

const words = node({ name: "words", artifacts: { "en/list.txt": "one\ntwo\n" } });

describe("command()", () => {
  it("runs a program with the paths of dependencies and promises", async () => {
    const store = freshStore();
    const sorted = command({
      name: "sorted",
      command: "sort",
      args: ["-r", "-o", self("deep", "out.txt"), words.path("en", "list.txt")],
      outputs: { list: self("deep", "out.txt") },
      config: { order: "reverse" },
    });
    const at = lens(await realize(sorted, { store }), { store });
    expect(at.outputs.list.contents).toBe("two\none\n");
    expect(at.order.val).toBe("reverse");
    expect(store.config(at.dref)).toMatchObject({ order: "reverse", command: "sort" });
  });

  it("runs a program of a dependency, with an environment, in a folder, with words run together", async () => {
    const store = freshStore();
    const script = '#!/bin/sh\npwd > "${1#--out=}"\necho "$WORDS $N" >> "${1#--out=}"\n';
    const program = file({ name: "program", content: script, executable: true });
    const run = command({
      name: "run",
      command: program.path("program"),
      args: [{ join: ["--out=", self("out.txt")] }],
      env: { WORDS: words, N: 3 },
      cwd: words.path("en"),
      outputs: { out: self("out.txt") },
    });
    const rref = await realize(run, { store });
    const folder = store.path(await realize(words, { store }));
    expect(lens(rref, { store }).outputs.out.contents).toBe(`${folder}/en\n${folder} 3\n`);
    expect(Object.keys(store.context(rref))).toHaveLength(2);
  });

  it("runs in the realization when nothing else is said", async () => {
    const store = freshStore();
    const made = command({
      name: "made",
      command: "touch",
      args: ["a", 1],
      outputs: { a: self("a"), one: self("1") },
    });
    expect(lens(await realize(made, { store }), { store }).outputs.one.contents).toBe("");
  });

  it("fails as its program does, and when a promise is not kept", async () => {
    const store = freshStore();
    const fail = command({ name: "fail", command: "sh", args: ["-c", "echo no >&2; exit 3"], outputs: {} });
    const error = await realize(fail, { store }).catch((thrown: Error) => thrown.cause as Error);
    expect(errorCode(error)).toBe("exec-failed");
    expect(String(error)).toMatch(/no/);
    const idle = command({ name: "idle", command: "true", outputs: { out: self("out") } });
    await expect(realize(idle, { store })).rejects.toMatchObject({ code: "missing-artifact" });
  });

  it("refuses fields of its own in the config, and words that are none", async () => {
    expect(() => command({ name: "a", command: "true", outputs: {}, config: { args: 1 } })).toThrow(
      /its config has a field "args", which is what the command itself calls one/,
    );
    const odd = command({ name: "odd", command: "true", args: [{ word: "a" } as never], outputs: {} });
    await expect(realize(odd, { store: freshStore() })).rejects.toThrow(
      /\{"word":"a"\} is neither a text, a number/,
    );
  });
});
