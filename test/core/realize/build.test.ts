import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { realize, self, stage, type Build, type RealizeOptions, type Stage } from "../../../core/index.ts";
import { freshFolder, freshStore } from "../fresh-store.ts";
import { leftovers } from "./leftovers.ts";

const tools = stage({
  name: "tools",
  config: {},
  async realize(build) {
    await writeFile(build.path("bin", "tool"), "#!/bin/sh\necho tool");
    await chmod(build.path("bin", "tool"), 0o755);
    await writeFile(build.path("lib.txt"), "lib");
    await symlink("lib.txt", build.path("link"));
  },
});

async function inBuild<T>(
  run: (build: Build) => T,
  options: RealizeOptions & { config?: object } = {},
): Promise<Awaited<T>> {
  const { config = {}, ...rest } = options;
  let result: Awaited<T> | undefined;
  const probe: Stage = stage({
    name: "probe",
    config,
    async realize(build) {
      result = await run(build as Build);
    },
  });
  await realize(probe, { store: freshStore(), force: true, ...rest });
  return result as Awaited<T>;
}

describe("build.config", () => {
  it("has stages as addresses, and paths as paths", async () => {
    const config = { lr: 0.1, tools, file: tools.path("lib.txt"), own: self("out.txt") };
    const seen = await inBuild(
      async (build) => {
        await writeFile(build.path("out.txt"), "");
        return build.config;
      },
      { config },
    );
    const dref = expect.stringMatching(/^dref:.*-tools$/);
    expect(seen).toMatchObject({
      lr: 0.1,
      tools: dref,
      file: [dref, "lib.txt"],
      own: ["__self__", "out.txt"],
    });
  });
});

describe("build.args", () => {
  it("is what the caller has for the realizers, or null", async () => {
    expect(await inBuild((build) => build.args, { args: { verbose: true } })).toEqual({ verbose: true });
    expect(await inBuild((build) => build.args)).toBeNull();
  });
});

describe("build.scratch()", () => {
  it("is an empty folder that is gone afterwards", async () => {
    const folder = await inBuild(async (build) => {
      const made = await build.scratch();
      await writeFile(join(made, "x"), "");
      return made;
    });
    expect(existsSync(folder)).toBe(false);
  });

  it("is a writable copy of a folder in the store", async () => {
    const store = freshStore();
    await realize(tools, { store });
    const copied = await inBuild(
      async (build) => {
        const folder = await build.scratch(build.lens.tools.syspath);
        await writeFile(join(folder, "lib.txt"), "changed");
        await writeFile(join(folder, "bin", "new"), "");
        return {
          text: readFileSync(join(folder, "lib.txt"), "utf8"),
          link: readlinkSync(join(folder, "link")),
          mode: lstatSync(join(folder, "bin", "tool")).mode & 0o777,
          original: readFileSync(build.lens.tools.syspath + "/lib.txt", "utf8"),
        };
      },
      { store, config: { tools } },
    );
    expect(copied).toEqual({ text: "changed", link: "lib.txt", mode: 0o755, original: "lib" });
    expect(leftovers(store)).toEqual([]);
  });

  it("is a writable copy of a file", async () => {
    const name = await inBuild(
      async (build) => {
        const file = await build.scratch(build.lens.file.syspath);
        await writeFile(file, "changed");
        return file.split("/").at(-1);
      },
      { config: { file: tools.path("lib.txt") } },
    );
    expect(name).toBe("lib.txt");
  });

  it("says when there is nothing to copy", async () => {
    await expect(inBuild((build) => build.scratch("/no/such/thing"))).rejects.toThrow(
      /ENOENT.*\/no\/such\/thing/,
    );
  });
});

describe("build.exec()", () => {
  it("runs in the output folder unless told otherwise", async () => {
    const folder = freshFolder();
    await inBuild(async (build) => {
      await build.exec("sh", ["-c", "echo made > here.txt"]);
      await build.exec("sh", ["-c", "echo $GREETING > there.txt"], { cwd: folder, env: { GREETING: "hi" } });
      expect(readFileSync(build.path("here.txt"), "utf8")).toBe("made\n");
    });
    expect(readFileSync(join(folder, "there.txt"), "utf8")).toBe("hi\n");
  });

  it("tells each line as it is printed, and each state of a progress bar", async () => {
    const told: string[] = [];
    await inBuild(async (build) => {
      const script =
        "echo epoch 1; printf '\\r 10%%' >&2; sleep 0.1; printf '\\r 20%%' >&2; sleep 0.1; printf '\\r\\n\\n' >&2";
      await build.exec("sh", ["-c", script], { onLine: (line, stream) => told.push(`${stream}: ${line}`) });
    });
    expect(told.toSorted()).toEqual(
      ["stderr: ", "stderr:  10%", "stderr:  20%", "stdout: epoch 1"].toSorted(),
    );
  });

  it("hears of a line while the command still runs, and kills it when that throws", async () => {
    const patience = async (build: Build): Promise<unknown> =>
      await build.exec("sh", ["-c", "echo loss NaN; sleep 100"], {
        onLine: (line) => {
          if (line.endsWith("NaN")) throw new RangeError("it diverged");
        },
      });
    await expect(inBuild(patience)).rejects.toMatchObject({ cause: new RangeError("it diverged") });
  });

  it("hears of what a Python program prints before that ends", async () => {
    const program = "import sys, time\nprint('epoch 1')\ntime.sleep(100)";
    const seen: string[] = [];
    await expect(
      inBuild((build) =>
        build.exec("/usr/bin/python3", ["-c", program], {
          onLine(line) {
            seen.push(line);
            throw new Error("enough");
          },
        }),
      ),
    ).rejects.toMatchObject({ cause: new Error("enough") });
    expect(seen).toEqual(["epoch 1"]);
  });
});

describe("build.path()", () => {
  it("does not leave the output folder", async () => {
    await expect(inBuild((build) => build.path("..", "elsewhere"))).rejects.toMatchObject({
      cause: { code: "outside-output" },
    });
  });
});

describe("a build that has ended", () => {
  it("cannot be gone on with, and late words are no fault", async () => {
    const build = await inBuild((one) => ({ one }));
    expect(() => build.one.path("x")).toThrow(/Cannot go on with this build: it has ended/);
    await expect(build.one.exec("true")).rejects.toMatchObject({ code: "build-ended" });
    await expect(build.one.scratch()).rejects.toMatchObject({ code: "build-ended" });
    expect(() => build.one.log("late")).not.toThrow();
    expect(() => build.one.progress({ current: 1 })).not.toThrow();
    expect(() => build.one.display({})).not.toThrow();
  });
});
