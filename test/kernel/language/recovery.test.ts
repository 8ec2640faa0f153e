import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { LanguageError } from "../../../kernel/language/errors.ts";
import { LanguageServer } from "../../../kernel/language/server.ts";
import { serverCommand } from "../../../kernel/language/executable.ts";
import { spawnServer, type ServerProcess } from "../../../kernel/language/spawn-server.ts";
import { openNotebook } from "./notebook.ts";

const silent = { program: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"] };
const dying = { program: process.execPath, args: ["-e", "process.exit(3)"] };
// Answers each question with the documents that it was shown. When files change, it ends its output, and lives on.
const mute = { program: process.execPath, args: ["-e", `(${muteServer.toString()})()`] };
const missing = { program: "/nowhere/tsc", args: [] };

describe("a language service whose server", () => {
  it("was killed between two cells checks the next one as if nothing had been", async () => {
    const notebook = openNotebook();
    await notebook.run("const rows = [{ id: 1 }]; import fs from 'node:fs';");
    await killServers();
    expect(await notebook.run("rows[0].id = 'x'; fs.statSync('y');")).toEqual([
      expect.stringContaining("2322"),
    ]);
    await killServers();
    expect(await notebook.complete("rows[0].|")).toEqual(["id"]);
  });

  it("is killed in the middle of a question is asked again", async () => {
    const { check, run } = openNotebook();
    await run("const rows = [{ id: 1 }];");
    const answers = Promise.all([check("rows[0].nope;"), check("rows;"), check("rows[0].no;")]);
    await killServers();
    expect((await answers).map((one) => one.length)).toEqual([1, 0, 1]);
  });

  it.each([
    ["does not exist", missing, /nowhere/],
    ["dies at once", dying, /exit code 3/],
    ["does not answer", silent, /did not answer/],
  ])("%s lets all cells run, and says so once", async (_what, command, reason) => {
    const { language } = openNotebook(command === silent ? { command, timeoutMs: 500 } : { command });
    await language.start();
    const first = await language.check({ text: "const x: string = 1;" });
    expect(first.diagnostics).toEqual([]);
    expect(first.notice).toMatch(reason);
    expect(first.notice).toMatch(/unchecked/);
    await language.commit({ text: "const x: string = 1;" });
    expect(await language.check({ text: "x;" })).toEqual({ diagnostics: [], files: [] });
    await expect(language.complete({ text: "x." }, 2)).rejects.toThrow(LanguageError);
  });

  it("was closed answers with an error", async () => {
    const { language, check } = openNotebook();
    await check("1;");
    await language.close();
    await expect(language.complete({ text: "x." }, 2)).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a language server", () => {
  it("speaks with the process that was started ahead, and with another one when that has died", async () => {
    const options = { folder: process.cwd(), config: "none.json" };
    const spawned = spawnServer();
    const server = new LanguageServer({ ...options, spawned });
    await server.open();
    expect(server.pid).toBe(spawned.pid);
    await server.close();
    expect(hasEnded(spawned)).toBe(true);
    const next = new LanguageServer({ ...options, spawned });
    await next.open();
    expect(next.pid).not.toBe(spawned.pid);
    await next.close();
  });

  it("has all said to its next process that one could not be told any more whose output ended before itself", async () => {
    const spawned = spawnServer(mute);
    const server = new LanguageServer({ folder: process.cwd(), config: "none.json", command: mute, spawned });
    await server.open();
    const isMute = once(spawned.stdout, "close");
    await server.filesChanged([]);
    await isMute;
    await server.set("cell.ts", "const x = 1;");
    const answer = server.request("opened");
    spawned.kill();
    expect(await answer).toEqual([server.uri("cell.ts")]);
    await server.close();
  });

  it("that is closed before it was asked anything ends the process that was started ahead", async () => {
    const spawned = spawnServer();
    await new LanguageServer({ folder: process.cwd(), config: "none.json", spawned }).close();
    expect(hasEnded(spawned)).toBe(true);
  });

  it("goes on without a process that could not be started ahead", async () => {
    const spawned = spawnServer(missing);
    const server = new LanguageServer({ folder: process.cwd(), config: "none.json", spawned });
    await server.open();
    expect(server.pid).toBeTypeOf("number");
    await server.close();
  });

  it("that keeps dying is not started again and again", async () => {
    const server = new LanguageServer({ folder: process.cwd(), config: "none.json", command: dying });
    for (let time = 0; time < 2; time += 1) await server.request("x", {}).catch(() => {});
    await expect(server.request("x", {})).rejects.toThrow(/exit code 3, again and again/);
  });

  it("tells its process while it has one, and ends with its owner", async () => {
    const server = new LanguageServer({ folder: process.cwd(), config: "none.json" });
    expect(server.pid).toBeUndefined();
    await server.request("workspace/symbol", { query: "x" });
    const { pid } = server;
    expect(pid).toBeGreaterThan(0);
    await server.close();
    expect(() => process.kill(pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("is the native program of this platform", () => {
    expect(serverCommand().program).toMatch(/tsc(\.exe)?$/);
    expect(() => serverCommand("file:///nowhere/index.js")).toThrow(
      'the package "typescript" is not installed',
    );
  });

  it("answers a question that it does not know with an error", async () => {
    const server = new LanguageServer({ folder: process.cwd(), config: "none.json" });
    await expect(server.request("no/such", {})).rejects.toMatchObject({ code: "server-refused" });
    await server.close();
  });
});

function muteServer(): void {
  const opened: string[] = [];
  let text = "";
  process.stdin.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (;;) {
      const [head, length] = /^Content-Length: (\d+)\r\n\r\n/u.exec(text) ?? [];
      const end = (head?.length ?? 0) + Number(length);
      if (head === undefined || text.length < end) return;
      const { id, method, params } = JSON.parse(text.slice(head.length, end));
      text = text.slice(end);
      if (method === "textDocument/didOpen") opened.push(params.textDocument.uri);
      if (method === "workspace/didChangeWatchedFiles") process.getBuiltinModule("fs").closeSync(1);
      if (id === undefined) continue;
      const answer = JSON.stringify({ jsonrpc: "2.0", id, result: opened });
      process.stdout.write(`Content-Length: ${answer.length}\r\n\r\n${answer}`);
    }
  });
}

// Kills the language servers that this process has started.
async function killServers(): Promise<void> {
  const { readFileSync, readdirSync } = await import("node:fs");
  const killed: number[] = [];
  for (const task of readdirSync("/proc/self/task")) {
    for (const pid of readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" ")) {
      if (pid !== "" && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--lsp"))
        killed.push(Number(pid));
    }
  }
  for (const pid of killed) process.kill(pid, "SIGKILL");
  expect(killed.length).toBeGreaterThan(0);
}

function hasEnded({ exitCode, signalCode }: ServerProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
