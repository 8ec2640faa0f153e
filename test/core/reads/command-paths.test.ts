import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandPaths } from "../../../core/reads/command-paths.ts";
import { inProject, put } from "./in-project.ts";

describe("commandPaths", () => {
  it("finds files and folders among the arguments of a command", () => {
    const cwd = inProject();
    const program = put(cwd, "train.py", "");
    const data = put(cwd, "data/a.csv", "");
    expect(commandPaths({ command: "python3", args: [program, "data/a.csv", "--epochs", "3"], cwd })).toEqual(
      [program, data],
    );
    expect(commandPaths({ command: "python3", args: ["--data=./data", "--lr=0.1"], cwd })).toEqual([
      `${cwd}/data`,
    ]);
  });

  it("takes a bare word for a file only where one is called so", () => {
    const cwd = inProject();
    put(cwd, "build/x", "");
    put(cwd, "input", "");
    expect(commandPaths({ command: "make", args: ["build", "input", "none"], cwd })).toEqual([
      `${cwd}/input`,
    ]);
  });

  it("takes the program itself unless it was installed", () => {
    const cwd = inProject();
    const script = put(cwd, "train.sh", "");
    chmodSync(script, 0o755);
    put(cwd, "env/bin/python", "");
    expect(commandPaths({ command: "./train.sh", args: [], cwd })).toEqual([script]);
    expect(commandPaths({ command: `${cwd}/env/bin/python`, args: [], cwd })).toEqual([]);
  });

  it("takes no program text for a path", () => {
    const cwd = inProject();
    const args = ["-c", "import os\nprint(1)", "", "a\0b", "x".repeat(100_000), "y".repeat(4_000)];
    expect(commandPaths({ command: "python3", args, cwd })).toEqual([]);
  });
});
