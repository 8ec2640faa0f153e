import { describe, expect, it } from "vitest";
import { startSession } from "./session.ts";

describe("a traceback", () => {
  it("names cell and line, and shows the code as typed", async () => {
    const { trace } = startSession();
    expect(
      await trace(
        "const q: number = 1\nfunction deep(n: number): void {\n  throw new TypeError('deep')\n}\ndeep(q)",
      ),
    ).toBe(
      [
        "TypeError: deep",
        "  Cell [1], line 3 in deep",
        "    1 | const q: number = 1",
        "    2 | function deep(n: number): void {",
        "  > 3 |   throw new TypeError('deep')",
        "      |         ^",
        "    4 | }",
        "    5 | deep(q)",
        "  Cell [1], line 5",
        "  > 5 | deep(q)",
        "      | ^",
      ].join("\n"),
    );
  });

  it("calls what a module exports by its own name", async () => {
    const { trace, value } = startSession({
      "mine.ts": "export function boom() { throw new Error('boom') }",
    });
    await value("import * as mine from './mine.ts'");
    expect(await trace("mine.boom()")).toContain("mine.ts:1:32 in boom\n");
  });

  it("leads through cells, local modules and packages, packages folded", async () => {
    const { trace, value } = startSession({
      "node_modules/calls/package.json":
        '{"name":"calls","version":"1.0.0","type":"module","exports":"./main.js"}',
      "node_modules/calls/main.js": "export const call = (f) => inner(f)\nconst inner = (f) => f()",
      "mine.ts": "import { call } from 'calls'\nexport const mine = (f: () => void) => call(f)",
    });
    await value("import { mine } from './mine.ts'");
    const text = await trace("mine(() => { null.x })");
    expect(text.split("\n").filter((line) => !line.includes("|"))).toEqual([
      "TypeError: Cannot read properties of null (reading 'x')",
      "  Cell [2], line 1",
      "  ... 2 frames in calls",
      "  ./mine.ts:2:44 in mine",
      "  Cell [2], line 1",
    ]);
    expect(text).not.toContain("kernel/engine");
    expect(text).not.toContain("node:");
  });

  it("points into a cell that is one expression", async () => {
    const { trace } = startSession();
    expect(await trace('  [1, 2].at(0) + nothing["x y"].loss;')).toBe(
      [
        "ReferenceError: nothing is not defined",
        "  Cell [1], line 1",
        '  > 1 |   [1, 2].at(0) + nothing["x y"].loss;',
        "      |                  ^",
      ].join("\n"),
    );
  });

  it("shows what is wrong with an expression that is none", async () => {
    const { trace } = startSession();
    expect(await trace("f(1")).toMatch(/^SyntaxError: /u);
    expect(await trace("1.5.2")).toContain("> 1 | 1.5.2");
  });

  it("maps the columns of rewritten lines", async () => {
    const { trace } = startSession();
    expect(await trace("await 1; const performance = 1; performance.x.y")).toContain(
      "      |                                               ^",
    );
  });

  it("maps the lines of enums", async () => {
    const { trace } = startSession();
    expect(await trace("enum E {\n  A,\n  B,\n}\n\nthrow new Error('after')")).toContain(
      "> 6 | throw new Error('after')",
    );
  });

  it("follows causes and the errors of an AggregateError, circles too", async () => {
    const { trace } = startSession();
    const text = await trace(
      "const e: any = new Error('outer', { cause: new RangeError('inner', { cause: 'text' }) }); throw e",
    );
    expect(text).toContain("Caused by RangeError: inner");
    expect(text).toContain("Caused by 'text'");
    expect(await trace("throw new AggregateError([new Error('one'), 2], 'all')")).toMatch(
      /1 of 2 Error: one[^]*2 of 2 Uncaught 2/u,
    );
    const fail = "function fail(n: number) { throw new Error('no ' + n); }\n";
    const twice = await trace(
      `${fail}const errors = [1, 2].map((n) => { try { fail(n); } catch (error) { return error; } });\nthrow new AggregateError(errors)`,
    );
    expect(twice).toMatch(/1 of 2 Error: no 1\n[^]*2 of 2 Error: no 2\n {4}Cell \[\d+\], line 1 in fail\n/u);
    expect(twice.split("> 1 | function fail")).toHaveLength(2);
    expect(await trace("const c: any = new Error('c'); c.cause = c; throw c")).toContain("Error: c");
    expect(
      await trace(
        "throw new AggregateError(['no', 'no', 'yes'].map((text) => Object.assign(new Error(text), { stack: '' })))",
      ),
    ).toMatch(/1 of 3 Error: no\n {2}2 of 3 the same\n {2}3 of 3 Error: yes$/u);
  });

  it("shows of a long line what is near its mark", async () => {
    const { trace } = startSession();
    const before = "1 + ".repeat(60);
    const text = await trace(`const far = ${before}(() => { throw new Error("far"); })();`);
    const lines = text.split("\n");
    const at = lines.findIndex((one) => one.endsWith("^"));
    const [line = "", mark = ""] = lines.slice(at - 1);
    expect(line).toMatch(/^ {2}> 1 \| \.\.\.[^]*throw new Error\("far"\); \}\)\(\);$/u);
    expect(line.length).toBeLessThan(115);
    expect(line.slice(mark.indexOf("^"))).toMatch(/^new Error\("far"\)/u);
  });

  it.each([
    ["a text", "throw 'boom'", "Uncaught 'boom'"],
    ["an object", "throw { code: 1 }", "Uncaught { code: 1 }"],
    ["nothing", "throw undefined", "Uncaught undefined"],
    [
      "an error with a class of its own",
      "class MineError extends Error {}; throw new MineError('m')",
      "MineError: m",
    ],
    [
      "an error with hostile getters",
      "const e = new Error('x'); for (const k of ['message', 'name', 'stack', 'cause']) Object.defineProperty(e, k, { get() { throw new Error('trap') } }); throw e",
      "Error",
    ],
    ["a proxy", "throw new Proxy(new Error('p'), {})", "Uncaught "],
    ["a platform error", "throw new DOMException('d', 'AbortError')", "AbortError: d"],
    ["a message of several lines", "throw new Error('one\\ntwo')", "Error: one\ntwo"],
  ])("can be of %s", async (_, code, expected) => {
    const { trace } = startSession();
    expect(await trace(code)).toContain(expected);
  });

  it("is made without running any code of the error but that of its message, once", async () => {
    const { engine, thrown, value } = startSession();
    const error = await thrown(
      "let asked = ''\nclass Odd extends Error { get message() { asked += 'm'; return 'm' } get name() { asked += 'n'; return 'n' } }\nthrow new Odd()",
    );
    expect(engine.traceback(error)).toMatchObject({
      ename: "Odd",
      evalue: "m",
      traceback: expect.arrayContaining(["  Cell [1], line 3"]) as string[],
    });
    expect(await value("asked")).toBe("m");
    expect(await value("new Odd().stack.split('\\n')[0] + asked")).toBe("n: mmnm");
  });

  it("goes without a message that never comes, and leaves nothing behind", async () => {
    const { trace, value } = startSession();
    await value("const before = Reflect.ownKeys(globalThis).length; 1");
    expect(
      await trace("throw Object.defineProperty(new TypeError(), 'message', { get() { for (;;); } })"),
    ).toMatch(/^TypeError\n {2}Cell \[2\], line 1/u);
    expect(await value("Reflect.ownKeys(globalThis).length - before")).toBe(0);
  });

  it("tells what calls itself once, and that it goes on", async () => {
    const text = await startSession().trace("const odd = (n) => even(n), even = (n) => odd(n)\nodd(1)");
    expect(text).toMatch(/^RangeError: Maximum call stack size exceeded\n/u);
    expect(text.match(/Cell \[1\], line 1/gu)).toHaveLength(2);
    expect(text).toMatch(/\.\.\. \d+ more of the same$/u);
  });

  it.each([
    ["message", "throw new Error('x'.repeat(50_000_000))"],
    ["text", "throw 'x'.repeat(50_000_000)"],
    ["trace", "throw Object.assign(new Error('e'), { stack: '    at x (file:1:1)\\n'.repeat(1e6) })"],
  ])("bounds a %s that is too long", async (_, code) => {
    const { engine, thrown } = startSession();
    const { traceback, evalue } = engine.traceback(await thrown(code));
    expect(traceback.join("\n").length + evalue.length).toBeLessThan(50_000);
  });

  it("is mapped again in the next cell when code has taken the way to map it away", async () => {
    const { trace, value } = startSession();
    await value("delete Error.prepareStackTrace; 1");
    expect(await trace("enum A { b = 1 }\nthrow new Error('x')")).toContain("Cell [2], line 2");
    await value("Error.prepareStackTrace = undefined; 1");
    expect(await trace("enum A { b = 1 }\nthrow new Error('x')")).toContain("Cell [4], line 2");
  });

  it("is what user code sees in `stack`, too", async () => {
    const { value } = startSession();
    expect(await value("function f() { return new Error('s').stack }\nf()")).toBe(
      "Error: s\n    at f ([1]:1:23)\n    at [1]:2:1",
    );
  });

  it("has colours when they are wanted", async () => {
    const { engine, thrown } = startSession({}, { colours: true });
    const { traceback, ename, evalue } = engine.traceback(await thrown("throw new Error('red')"));
    expect(traceback[0]).toBe("\u001B[31mError\u001B[39m: red");
    expect({ ename, evalue }).toEqual({ ename: "Error", evalue: "red" });
  });
});

describe("an error that nobody catches", () => {
  it.each([
    ["in a timer", "setTimeout(() => { throw new Error('late') }, 1)"],
    ["in a promise", "void (async () => { await 1; throw new Error('late') })()"],
    ["in a microtask", "queueMicrotask(() => { throw new Error('late') })"],
  ])("%s is reported to its cell", async (_, code) => {
    const { engine } = startSession();
    const reported = new Promise<unknown[]>((resolve) => {
      const stop = engine.watchUncaught((error) => {
        stop();
        resolve([engine.currentCell?.name, error]);
      });
    });
    await engine.evaluate(code, { name: "[5]" });
    await engine.evaluate("1", { name: "[6]" });
    expect(await reported).toEqual(["[5]", new Error("late")]);
  });
});

it("a name that is not defined is answered with the one that was meant, and the cell that declares it", async () => {
  const { value, trace } = startSession();
  await value(
    "const model = { fit() {} }; let learningRate = 0.1; function helper() { return lerningRate; }",
  );
  expect(await trace("modle.fit()")).toMatch(
    /^ReferenceError: modle is not defined\nDid you mean "model"\? Cell \[1\] declares it\.\n {2}Cell \[2\], line 1/u,
  );
  expect(await trace("helper()")).toContain('Did you mean "learningRate"? Cell [1] declares it.');
  expect(await trace("consol.log(1)")).toContain('Did you mean "console"?\n');
  expect(await trace("nothing_like_it")).not.toContain("Did you mean");
  expect(await trace("throw new ReferenceError('no such thing')")).not.toContain("Did you mean");
});

it("a package that is no JavaScript is named", async () => {
  const { trace } = startSession({
    "node_modules/broken/package.json": '{ "name": "broken", "main": "index.js" }',
    "node_modules/broken/index.js": "exports.a = ;",
  });
  expect(await trace('import "broken"')).toMatch(
    /^SyntaxError: Unexpected token ';'\n {2}\.\.\. 1 frame in broken/u,
  );
});

it("a package that wants a browser is said to do so, and is not asked whether it means a name of a cell", async () => {
  const { trace } = startSession({
    "node_modules/plotly.js-dist-min/package.json": '{ "name": "plotly.js-dist-min", "main": "index.js" }',
    "node_modules/plotly.js-dist-min/index.js": "module.exports = self.Plotly",
    "node_modules/page/package.json": '{ "name": "page", "main": "index.js" }',
    "node_modules/page/index.js": "exports.draw = () => document.body; exports.fail = () => modle",
  });
  expect(await trace('import "plotly.js-dist-min"')).toMatch(
    /^ReferenceError: self is not defined\n"plotly\.js-dist-min" is made for browsers, and Node has no "self"\. A figure, \{ data, layout \}, is drawn without it\.\n/u,
  );
  expect(await trace('const model = 1; import { draw } from "page"; draw()')).toContain(
    'document is not defined\n"page" is made for browsers, and Node has no "document".\n',
  );
  expect(await trace('import { fail } from "page"; fail()')).toMatch(
    /^ReferenceError: modle is not defined\n {2}\.\.\. /u,
  );
});
