import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exec, type ExecRequest } from "../../../core/stage/exec.ts";
import { isAlive } from "../../support/is-alive.ts";

let cwd = "";
let lines: string[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "lightnix-exec-"));
  lines = [];
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function shell(script: string, more: Partial<ExecRequest> = {}): ReturnType<typeof exec> {
  const onLine = (stream: string, line: string): void => void lines.push(`${stream}: ${line}`);
  return exec({
    command: "sh",
    args: ["-c", script],
    cwd,
    signal: new AbortController().signal,
    onLine,
    ...more,
  });
}

const patience = { timeout: 20_000 };

async function pidIn(file: string): Promise<number> {
  return await vi.waitFor(() => {
    const text = readFileSync(join(cwd, file), "utf8").trim();
    if (text === "") throw new Error("not yet");
    return Number(text);
  }, patience);
}

describe("exec()", () => {
  it("hands over what is printed, line by line and by stream", async () => {
    await expect(shell("echo one; echo two >&2; printf three")).resolves.toMatchObject({ exitCode: 0 });
    expect(lines.toSorted()).toEqual(["stderr: two\n", "stdout: one\n", "stdout: three\n"]);
  });

  it("keeps characters whole that arrive in pieces", async () => {
    await shell("printf '\\303'; sleep 0.1; printf '\\244\\n'");
    expect(lines).toEqual(["stdout: ä\n"]);
  });

  it("runs in the folder and with the environment it is given", async () => {
    await shell("pwd; echo $GREETING; echo ${PATH:+there}", { env: { GREETING: "hi" } });
    expect(lines).toEqual([`stdout: ${cwd}\n`, "stdout: hi\n", "stdout: there\n"]);
  });

  it("fails with the exit code and the last lines", async () => {
    const failing = shell("for i in $(seq 30); do echo line $i; done; exit 3");
    await expect(failing).rejects.toMatchObject({ code: "exec-failed", data: { exitCode: 3 } });
    await expect(failing).rejects.toThrow(
      /Cannot run "sh -c .*": it ended with exit code 3. Its last lines are:\nline 11\n[^]*line 30$/,
    );
  });

  it("hands over the states of a progress bar as they come, and keeps the last one for an error", async () => {
    const failing = shell('for i in 1 2 3; do printf "$i%%\\r" >&2; sleep 0.1; done; echo stuck >&2; exit 1');
    await expect(failing).rejects.toMatchObject({ data: { tail: "stuck\n" } });
    expect(lines).toEqual(["stderr: 1%\r", "stderr: 2%\r", "stderr: 3%\r", "stderr: stuck\n"]);
  });

  it("leaves a line break whole whose halves arrive apart", async () => {
    await shell("printf 'one\\r'; sleep 0.1; printf '\\ntwo'");
    expect(lines).toEqual(["stdout: one\r\n", "stdout: two\n"]);
  });

  it("fails with the signal that killed it", async () => {
    await expect(shell("kill -9 $$")).rejects.toThrow(/it was killed by SIGKILL. It printed nothing/);
  });

  it("says that a program or folder does not exist", async () => {
    await expect(shell("", { command: "no-such-program" })).rejects.toThrow(/there is no such program/);
    await expect(shell("", { cwd: "/no/such/folder" })).rejects.toThrow(
      /no folder \/no\/such\/folder to run it in/,
    );
    await expect(shell("", { command: cwd })).rejects.toThrow(/it is no program that may be run/);
  });

  it("is killed with all that it started when the signal fires", async () => {
    const stopper = new AbortController();
    const running = shell("sleep 100 & echo $! > child; echo $$ > own; wait", { signal: stopper.signal });
    const pids = [await pidIn("child"), await pidIn("own")];
    stopper.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), patience);
  });

  it("is killed also when it does not want to stop", async () => {
    const stopper = new AbortController();
    const running = shell("trap '' TERM; echo $$ > own; while :; do sleep 0.05; done", {
      signal: stopper.signal,
    });
    const pid = await pidIn("own");
    stopper.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(isAlive(pid)).toBe(false);
  });

  it("leaves nothing running in the background, and does not wait for it", async () => {
    await shell("sleep 100 & echo $! > child");
    const pid = await pidIn("child");
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), patience);
  });

  it("does not start after an abort", async () => {
    await expect(shell("touch started", { signal: AbortSignal.abort(new Error("over")) })).rejects.toThrow(
      "over",
    );
    expect(existsSync(join(cwd, "started"))).toBe(false);
  });
});
