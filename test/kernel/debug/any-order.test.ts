import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startRealKernel } from "../../support/kernel.ts";
import type { RealKernel } from "../../support/kernel.ts";
import { attach } from "./client.ts";
import type { DebugClient } from "./client.ts";

const code = [
  'import { total } from "./total.ts";',
  "function plusOne(n: number): number {",
  "  return total(n) + 1;",
  "}",
  "let sum = 0;",
  "for (let i = 0; i < 4; i++) {",
  "  sum += plusOne(i);",
  "  await null;",
  "}",
  "try {",
  '  throw new Error("caught");',
  "} catch {}",
  "sum",
].join("\n");

const moduleText =
  "export function total(n: number) {\n  let s = 0;\n  for (let i = 0; i < n; i++) {\n    s += i;\n  }\n  return s;\n}\n";

/** What may be asked of the debugger, with and without a reason. */
type Deed =
  | { readonly kind: "run" | "interrupt" | "reattach" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "ask"; readonly command: string; readonly given: object }
  | { readonly kind: "break"; readonly file: "cell" | "module"; readonly lines: readonly number[] };

const commands = [
  "continue",
  "next",
  "stepIn",
  "stepOut",
  "pause",
  "stackTrace",
  "inspectVariables",
  "threads",
];

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.constantFrom<Deed>({ kind: "run" }, { kind: "run" }, { kind: "interrupt" }, { kind: "reattach" }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(12) }),
  fc.record({
    kind: fc.constant("ask" as const),
    command: fc.constantFrom(...commands),
    given: fc.constant({}),
  }),
  fc.constantFrom<Deed>(
    { kind: "ask", command: "evaluate", given: { expression: "typeof sum" } },
    ...[[], ["all"], ["uncaught"]].map((filters): Deed => ({
      kind: "ask",
      command: "setExceptionBreakpoints",
      given: { filters },
    })),
  ),
  fc.record({
    kind: fc.constant("break" as const),
    file: fc.constantFrom("cell" as const, "module" as const),
    lines: fc.array(fc.integer({ min: 1, max: 13 }), { maxLength: 2 }),
  }),
);

describe("the debugger", () => {
  it("answers in whatever order it is asked, and the kernel lives on", async () => {
    const kernel = await startRealKernel({ "total.ts": moduleText });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(deeds, { minLength: 30, maxLength: 60 }), async (all) => {
          await doAll(kernel, all);
          expect(await kernel.run("40 + 2")).toMatchObject({ result: "42" });
        }),
        { numRuns: 8, endOnFailure: true },
      );
    } finally {
      await kernel.stop();
    }
  });

  it("leaves a full heap to who watches it", async () => {
    const kernel = await startRealKernel({}, { NODE_OPTIONS: "--max-old-space-size=300" });
    try {
      const debug = await attach(kernel.client);
      const { traceback } = await kernel.run(
        "const all: unknown[] = [];\nfor (;;) all.push(new Array(1000).fill(Math.random()));",
      );
      expect(traceback).toContain("OutOfMemory");
      const run = kernel.run("debugger;\n3");
      await debug.event("stopped");
      await debug.get("continue", { threadId: 1 });
      expect(await run).toMatchObject({ result: "3" });
    } finally {
      await kernel.stop();
    }
  });
});

/** Does all of it; in the end no cell runs, and nobody debugs. */
async function doAll(kernel: RealKernel, all: readonly Deed[]): Promise<void> {
  let debug = await attach(kernel.client);
  const runs: Promise<unknown>[] = [];
  for (const deed of all) {
    debug = await doOne(deed, { kernel, debug, runs });
  }
  await debug.get("disconnect");
  debug.stop();
  await kernel.client.request("interrupt_request");
  await Promise.all(runs);
}

async function doOne(
  deed: Deed,
  { kernel, debug, runs }: { kernel: RealKernel; debug: DebugClient; runs: Promise<unknown>[] },
): Promise<DebugClient> {
  switch (deed.kind) {
    case "run":
      runs.push(kernel.run(code));
      break;
    case "interrupt":
      await kernel.client.request("interrupt_request");
      break;
    case "reattach":
      await debug.get("disconnect");
      debug.stop();
      return await attach(kernel.client);
    case "wait":
      await new Promise((done) => setTimeout(done, deed.ms));
      break;
    case "ask":
      await debug.ask(deed.command, deed.given as never);
      break;
    case "break": {
      const cell = await debug.get("dumpCell", { code });
      const path = deed.file === "cell" ? cell.sourcePath : `${kernel.folder}/total.ts`;
      const breakpoints = deed.lines.map((line) => ({ line }));
      await debug.get("setBreakpoints", { source: { path }, breakpoints });
      break;
    }
  }
  return debug;
}
