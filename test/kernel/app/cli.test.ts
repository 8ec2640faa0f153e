import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

// The built file, as users start it.
const cli = fileURLToPath(new URL("../../../dist/kernel/app/cli.js", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightnix-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function lightnix(...args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const env = { ...process.env, HOME: folder, JUPYTER_DATA_DIR: "", XDG_DATA_HOME: "", VIRTUAL_ENV: "" };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("lightnix", () => {
  it("tells its version and its commands", async () => {
    expect(await lightnix("--version")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    const { exitCode, stdout } = await lightnix();
    expect(exitCode).toBe(0);
    for (const command of ["install", "uninstall", "run"]) expect(stdout).toContain(`\n  ${command} `);
  });

  it("names a command that it does not know", async () => {
    const { exitCode, stderr } = await lightnix("instal");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('There is no command "instal". Did you mean "install"?');
  });

  it.each([
    [["install", "--bad"], "Unknown option '--bad'"],
    [
      ["realize", "a", "--outcome", "3"],
      'there is no option "--outcome". It may be --outcomes that was meant',
    ],
    [["install", "extra"], 'it takes nothing beside its options, and got "extra"'],
    [["run"], "it takes one word beside its options, and got nothing"],
    [["install", "--env", "ONLY"], "--env takes a name and a value"],
    [["install", "--user", "--prefix", "x"], "Choose one of --user, --sys-prefix and --prefix"],
    [["run", "a.ipynb", "-p"], "-p takes a name and a value"],
    [["run", "a.ipynb", "--parameter", "lr"], "--parameter takes a name and a value"],
    [["run", "a.ipynb", "--timeout", "soon"], 'Cannot use --timeout "soon"'],
  ])("says what is wrong with %j", async (args, message) => {
    const { exitCode, stderr } = await lightnix(...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(message) });
  });

  it("installs for the user, tells where, and uninstalls again", async () => {
    const place = join(folder, ".local", "share", "jupyter", "kernels", "lnx");
    const installed = await lightnix(
      "install",
      "--user",
      "--name",
      "lnx",
      "--display-name",
      "TypeScript with stages",
    );
    expect(installed).toEqual({
      exitCode: 0,
      stdout: `Installed the kernel "lnx", in menus "TypeScript with stages", in ${place}\n`,
      stderr: "",
    });
    const spec = JSON.parse(await readFile(join(place, "kernel.json"), "utf8"));
    expect(spec.argv[1]).toBe(join(cli, "..", "main.cjs"));
    expect(spec).not.toHaveProperty("env");
    expect(await lightnix("uninstall", "--name", "lnx")).toMatchObject({ exitCode: 0 });
    expect(await lightnix("uninstall", "--name", "lnx")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `Cannot uninstall the kernel "lnx": "${place}" is not there\n`,
    });
  });

  it("installs with environment variables for the kernel, each a name and a value", async () => {
    const args = ["--env", "LIGHTNIX_ROOT", "/data/store", "--name", "lnx", "--env", "EMPTY", ""];
    expect(await lightnix("install", ...args)).toMatchObject({ exitCode: 0 });
    const place = join(folder, ".local", "share", "jupyter", "kernels", "lnx");
    const spec = JSON.parse(await readFile(join(place, "kernel.json"), "utf8"));
    expect(spec.env).toEqual({ LIGHTNIX_ROOT: "/data/store", EMPTY: "" });
  });

  it("explains a command", async () => {
    const { exitCode, stdout } = await lightnix("install", "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^lightnix install \[options\]\n[^]*--prefix DIR +below DIR/);
  });

  it("says before anything runs that a result cannot be written", async () => {
    const notebook = join(folder, "a.ipynb");
    await writeFile(notebook, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }));
    for (const output of [join(notebook, "out.ipynb"), "/proc/lightnix/out.ipynb"]) {
      const { exitCode, stderr } = await lightnix("run", notebook, "--output", output);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/Cannot write ".*out\.ipynb".*Nothing was run/u);
    }
  });

  it("shows what a cell threw, without colours where no terminal is", async () => {
    const notebook = join(folder, "throws.ipynb");
    const cell = {
      cell_type: "code",
      id: "a",
      metadata: {},
      outputs: [],
      source: 'throw new RangeError("too far")',
    };
    await writeFile(
      notebook,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }),
    );
    const { exitCode, stderr } = await lightnix("run", notebook);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("\nCell 1 failed:\nRangeError: too far\n");
    expect(stderr).toContain('> 1 | throw new RangeError("too far")');
  });

  it("ends an interrupted notebook with 130, and writes what ran", async () => {
    const notebook = join(folder, "long.ipynb");
    const source = 'console.log("begun"); process.kill(process.ppid, "SIGINT"); await new Promise(() => {});';
    const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], source };
    await writeFile(
      notebook,
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] }),
    );
    expect((await lightnix("run", notebook)).exitCode).toBe(130);
    expect(await readFile(join(folder, "long.out.ipynb"), "utf8")).toContain('"begun\\n"');
  });

  it("says which notebook it cannot read", async () => {
    const { exitCode, stderr } = await lightnix("run", "none.ipynb");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('Cannot read the notebook "none.ipynb": '),
    });
  });
});
