import { appendFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileHistory, historyPath } from "../../../kernel/session/history-file.ts";
import { memoryHistory, recall, type History, type HistoryEntry } from "../../../kernel/session/history.ts";
import type { HistoryRequest } from "../../../kernel/wire/contents/questions.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "history-"));
  path = join(folder, "deep", "history.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inputs = (entries: readonly HistoryEntry[]): string[] => entries.map(({ input }) => input);

describe.each([
  ["in memory", (): History => memoryHistory()],
  ["on disk", (): History => fileHistory(path)],
])("a history %s", (_where, open) => {
  test("keeps cells and results, by session and line", async () => {
    const history = open();
    const first = await history.begin();
    history.addInput(first, 1, "a");
    history.addOutput(first, 1, "A");
    const second = await history.begin();
    expect(second).toBe(first + 1);
    history.addInput(second, 1, "b\nc");
    history.addOutput(second, 9, "of a cell that is not kept");
    expect(await history.entries()).toEqual([
      { session: first, line: 1, input: "a", output: "A" },
      { session: second, line: 1, input: "b\nc" },
    ]);
    await history.close();
  });
});

test("a history in memory is bounded", async () => {
  const history = memoryHistory(3);
  for (let line = 1; line <= 5; line += 1) history.addInput(1, line, `${line}`);
  expect(inputs(await history.entries())).toEqual(["3", "4", "5"]);
});

describe("a history on disk", () => {
  test("outlives the kernel, and counts sessions on", async () => {
    const before = fileHistory(path);
    before.addInput(await before.begin(), 1, "old");
    await before.close();
    const after = fileHistory(path);
    expect(await after.begin()).toBe(2);
    expect(await after.entries()).toEqual([{ session: 1, line: 1, input: "old" }]);
  });

  test("is shared by kernels that run at the same time, each with a number of its own", async () => {
    const histories = Array.from({ length: 8 }, () => fileHistory(path));
    const numbers = await Promise.all(histories.map((history) => history.begin()));
    expect(new Set(numbers).size).toBe(8);
    for (const [index, history] of histories.entries())
      history.addInput(numbers[index] ?? 0, 1, `of ${index}`);
    await Promise.all(histories.map((history) => history.close()));
    const entries = (await histories[0]?.entries()) ?? [];
    expect(entries).toHaveLength(8);
    for (const [index, number] of numbers.entries()) {
      expect(entries).toContainEqual({ session: number, line: 1, input: `of ${index}` });
    }
  });

  test("is read by its owner only", async () => {
    await fileHistory(path).begin();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("survives lines that a crash cut short and lines that are none", async () => {
    const first = fileHistory(path);
    first.addInput(await first.begin(), 1, "kept");
    await first.close();
    await appendFile(path, '[]\n{"session":1}\n{"session":"nobody","line":1,"input":"x"}\n{"begin":"cut sh');
    const second = fileHistory(path);
    second.addInput(await second.begin(), 1, "new");
    await second.close();
    expect(inputs(await second.entries())).toEqual(["kept", "new"]);
  });

  test("drops its older half when it is full; numbers stay, and nobody reuses one", async () => {
    const limits = { maxBytes: 4000, maxTextLength: 100 };
    const first = fileHistory(path, undefined, limits);
    first.addInput(await first.begin(), 1, "first of all");
    const second = fileHistory(path, undefined, limits);
    const number = await second.begin();
    for (let line = 1; line <= 100; line += 1) second.addInput(number, line, `cell ${line}`);
    await second.close();
    expect((await stat(path)).size).toBeLessThanOrEqual(4000);
    const entries = await second.entries();
    expect(entries.at(-1)).toEqual({ session: 2, line: 100, input: "cell 100" });
    expect(inputs(entries)).not.toContain("first of all");
    expect(await fileHistory(path).begin()).toBe(3);
  });

  test("counts sessions, and no cell that speaks of one", async () => {
    const first = fileHistory(path);
    const number = await first.begin();
    first.addInput(number, 1, '{"begin":"somebody"}');
    first.addInput(number, 2, '\n{"begin":"somebody else","number":40}\n');
    await first.close();
    expect(await fileHistory(path).begin()).toBe(number + 1);
  });

  test("leaves out inputs that are too long and cuts outputs", async () => {
    const history = fileHistory(path, undefined, { maxBytes: 10_000, maxTextLength: 5 });
    const session = await history.begin();
    history.addInput(session, 1, "123456");
    history.addInput(session, 2, "short");
    history.addOutput(session, 2, "123456789");
    expect(await history.entries()).toEqual([{ session, line: 2, input: "short", output: "12345" }]);
  });

  test("that cannot be written is kept in memory, and said so once", async () => {
    await writeFile(join(folder, "deep"), "a file where a folder should be");
    const log: string[] = [];
    const history = fileHistory(path, (level, message) => log.push(`${level}: ${message}`));
    const session = await history.begin();
    history.addInput(session, 1, "a");
    history.addOutput(session, 1, "A");
    expect(await history.entries()).toEqual([{ session, line: 1, input: "a", output: "A" }]);
    expect(log).toEqual([
      expect.stringMatching(/^warn: Cannot keep the history in ".*": .* It is kept in memory\.$/),
    ]);
  });
});

test("historyPath() follows the XDG specification", () => {
  expect(historyPath("app", { XDG_DATA_HOME: "/data" })).toBe("/data/app/history.jsonl");
  expect(historyPath("app", { XDG_DATA_HOME: "relative" })).toMatch(/\/\.local\/share\/app\/history\.jsonl$/);
  expect(historyPath("app", {})).toMatch(/\/\.local\/share\/app\/history\.jsonl$/);
});

describe("recall()", () => {
  const entries: HistoryEntry[] = [
    { session: 1, line: 1, input: "let a = 1" },
    { session: 1, line: 2, input: "a", output: "1" },
    { session: 2, line: 1, input: "a", output: "2" },
    { session: 2, line: 2, input: "f(a)\n+ 1" },
  ];
  const how = { output: false, raw: true };
  const recalled = (request: HistoryRequest): unknown[] =>
    recall(entries, request, 2).map(([session, line]) => [session, line]);

  test("tail gives the last cells, oldest first", () => {
    expect(recalled({ ...how, hist_access_type: "tail", n: 2 })).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(recalled({ ...how, hist_access_type: "tail", n: 0 })).toEqual([]);
  });

  test.each([
    [
      0,
      1,
      undefined,
      [
        [2, 1],
        [2, 2],
      ],
    ],
    [0, 2, undefined, [[2, 2]]],
    [-1, 1, 2, [[1, 1]]],
    [
      1,
      0,
      undefined,
      [
        [1, 1],
        [1, 2],
      ],
    ],
    [7, 0, undefined, []],
  ])("range of session %j from %j to %j", (session, start, stop, expected) => {
    expect(recalled({ ...how, hist_access_type: "range", session, start, stop })).toEqual(expected);
  });

  test.each([
    [
      "a",
      [
        [1, 2],
        [2, 1],
      ],
    ],
    [
      "*a*",
      [
        [1, 1],
        [1, 2],
        [2, 1],
        [2, 2],
      ],
    ],
    ["f(?)*", [[2, 2]]],
    ["let ? = [0-9]", []],
    ["", []],
  ])("search for %j", (pattern, expected) => {
    expect(recalled({ ...how, hist_access_type: "search", pattern, n: undefined, unique: false })).toEqual(
      expected,
    );
  });

  test("search gives the last n, and of equal inputs the latest", () => {
    const search = { ...how, hist_access_type: "search", pattern: "*" } as const;
    expect(recalled({ ...search, n: 1, unique: false })).toEqual([[2, 2]]);
    expect(recalled({ ...search, n: undefined, unique: true })).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
  });

  test("gives outputs beside inputs when wanted", () => {
    const lines = recall(entries, { ...how, output: true, hist_access_type: "tail", n: 2 }, 2);
    expect(lines).toEqual([
      [2, 1, ["a", "2"]],
      [2, 2, ["f(a)\n+ 1", null]],
    ]);
  });
});
