import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installKernel, uninstallKernel } from "../../../kernel/app/install.ts";
import { checkKernelName, kernelsFolder } from "../../../kernel/app/kernelspec.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-install-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Where a kernel of this name lands below the test's own prefix. */
const installed = (name = "lightnix"): string => join(folder, "share", "jupyter", "kernels", name);
const here = () => ({ kind: "prefix", folder }) as const;

describe("installKernel()", () => {
  it("writes a kernel that Jupyter finds and describes", async () => {
    await installKernel({ place: here(), displayName: "Lightning" });
    const env = { PATH: "/usr/bin:/bin", HOME: folder, JUPYTER_PATH: join(folder, "share", "jupyter") };
    const command = ["-m", "jupyter_client.kernelspecapp", "list", "--json"];
    const { stdout } = await promisify(execFile)("/usr/bin/python3", command, { env });
    const { resource_dir, spec } = JSON.parse(stdout).kernelspecs.lightnix;
    expect(resource_dir).toBe(installed());
    expect(spec).toMatchObject({
      argv: [process.execPath, expect.stringMatching(/\/dist\/kernel\/app\/main\.cjs$/), "{connection_file}"],
      display_name: "Lightning",
      language: "typescript",
      interrupt_mode: "message",
      metadata: { debugger: true, supported_encryption: ["curve"] },
    });
    expect(JSON.parse(await readFile(join(installed(), "kernel.json"), "utf8")).kernel_protocol_version).toBe(
      "5.6",
    );
  });

  it("puts the logos that Jupyter shows beside kernel.json, and nothing else", async () => {
    await installKernel({ place: here() });
    expect((await readdir(installed())).sort()).toEqual([
      "kernel.json",
      "logo-32x32.png",
      "logo-64x64.png",
      "logo-svg.svg",
    ]);
    const logo = await readFile(join(installed(), "logo-64x64.png"));
    expect(logo.subarray(1, 4).toString()).toBe("PNG");
    expect([logo.readUInt32BE(16), logo.readUInt32BE(20)]).toEqual([64, 64]);
  });

  it("overwrites its own kernel", async () => {
    await installKernel({ place: here(), displayName: "old" });
    await installKernel({ place: here(), displayName: "new" });
    expect(JSON.parse(await readFile(join(installed(), "kernel.json"), "utf8")).display_name).toBe("new");
  });

  it("installs under another name, in lower case as Jupyter looks it up", async () => {
    expect(await installKernel({ place: here(), name: "Lightnix-Dev" })).toEqual({
      name: "lightnix-dev",
      displayName: "Lightnix (lightnix-dev)",
      folder: installed("lightnix-dev"),
    });
  });

  it.each(['{"argv":["python"],"metadata":{}}', '{"argv":["python"]}', "null", "not JSON"])(
    "does not overwrite a kernel of somebody else: %s",
    async (foreign) => {
      await mkdir(installed(), { recursive: true });
      await writeFile(join(installed(), "kernel.json"), foreign);
      await expect(installKernel({ place: here() })).rejects.toMatchObject({
        code: "foreign-kernel",
        message: expect.stringContaining("--force"),
      });
      expect(await readFile(join(installed(), "kernel.json"), "utf8")).toBe(foreign);

      await installKernel({ place: here(), force: true });
      expect(JSON.parse(await readFile(join(installed(), "kernel.json"), "utf8")).language).toBe(
        "typescript",
      );
    },
  );

  it("says which folder cannot be written", async () => {
    await writeFile(join(folder, "share"), "a file where a folder should be");
    await expect(installKernel({ place: here() })).rejects.toMatchObject({
      code: "unwritable-folder",
      message: expect.stringContaining(`"${installed()}" cannot be written`),
    });
  });

  it.each(["", "two words", "../up", "a/b", "a\\b", "..", ".", "möwe"])(
    "refuses the name %j",
    async (name) => {
      await expect(installKernel({ place: here(), name })).rejects.toMatchObject({
        code: "invalid-kernel-name",
      });
      expect(await readdir(folder)).toEqual([]);
    },
  );
});

describe("uninstallKernel()", () => {
  it("removes what was installed", async () => {
    await installKernel({ place: here() });
    expect(await uninstallKernel({ place: here() })).toEqual({
      name: "lightnix",
      folder: installed(),
      left: [],
    });
    expect(await readdir(join(installed(), ".."))).toEqual([]);
  });

  it("leaves files that it did not write", async () => {
    await installKernel({ place: here() });
    await writeFile(join(installed(), "notes.txt"), "mine");
    expect((await uninstallKernel({ place: here() })).left).toEqual(["notes.txt"]);
    expect(await readdir(installed())).toEqual(["notes.txt"]);
  });

  it("does not remove a kernel of somebody else", async () => {
    await mkdir(installed(), { recursive: true });
    await writeFile(join(installed(), "kernel.json"), '{"argv":["python"]}');
    await expect(uninstallKernel({ place: here() })).rejects.toMatchObject({ code: "foreign-kernel" });
    expect(await readdir(installed())).toEqual(["kernel.json"]);
  });

  it("says that there is no such kernel", async () => {
    await expect(uninstallKernel({ place: here() })).rejects.toMatchObject({
      code: "no-such-kernel",
      message: `Cannot uninstall the kernel "lightnix": "${installed()}" is not there`,
    });
  });
});

describe("kernelsFolder()", () => {
  const linux = { platform: "linux", home: "/home/ada", env: {} } as const;

  it("follows Jupyter's own rules for a user's folder", () => {
    const user = { kind: "user" } as const;
    expect(kernelsFolder(user, linux)).toBe("/home/ada/.local/share/jupyter/kernels");
    expect(kernelsFolder(user, { ...linux, env: { XDG_DATA_HOME: "/data" } })).toBe("/data/jupyter/kernels");
    expect(kernelsFolder(user, { ...linux, env: { JUPYTER_DATA_DIR: "/jup", XDG_DATA_HOME: "/data" } })).toBe(
      "/jup/kernels",
    );
    expect(kernelsFolder(user, { platform: "darwin", home: "/Users/ada", env: {} })).toBe(
      "/Users/ada/Library/Jupyter/kernels",
    );
    const windows = { platform: "win32", home: "C:\\Users\\ada" } as const;
    expect(kernelsFolder(user, { ...windows, env: { APPDATA: "C:\\Roaming" } })).toBe(
      "C:\\Roaming\\jupyter\\kernels",
    );
    expect(kernelsFolder(user, { ...windows, env: {} })).toBe("C:\\Users\\ada\\.jupyter\\data\\kernels");
  });

  it("takes the active environment for sys-prefix, and says when there is none", () => {
    const active = { kind: "sys-prefix" } as const;
    expect(kernelsFolder(active, { ...linux, env: { CONDA_PREFIX: "/conda" } })).toBe(
      "/conda/share/jupyter/kernels",
    );
    expect(kernelsFolder(active, { ...linux, env: { VIRTUAL_ENV: "/venv", CONDA_PREFIX: "/conda" } })).toBe(
      "/venv/share/jupyter/kernels",
    );
    expect(() => kernelsFolder(active, linux)).toThrow(expect.objectContaining({ code: "no-environment" }));
  });
});

describe("checkKernelName()", () => {
  it.each(["lightnix", "lightnix-0.1", "my_kernel", ".hidden"])("accepts %j", (name) => {
    expect(checkKernelName(name)).toBe(name);
  });
});
