import { AsyncLocalStorage } from "node:async_hooks";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseSync } from "oxc-parser";
import { openStore } from "../../../core/index.ts";
import type { CaptureSink } from "../../../core/index.ts";
import { builtinMagics } from "../../../magics/builtin.ts";
import { moduleUnits } from "../../../core/code/units.ts";
import type { ModuleUnits, Unit } from "../../../core/code/units.ts";
import { describeValue } from "../../../kernel/engine/live-value.ts";
import type { CellHost, Declaration, MimeBundle, ModuleOptions } from "../../../magics/host.ts";
import { isIdentifier } from "../../../magics/identifier.ts";
import { prepareCell } from "../../../magics/parse.ts";
import { createRunner } from "../../../magics/run.ts";
import type { MagicRunner } from "../../../magics/run.ts";
import { sessionScope } from "../../../magics/scope.ts";
import { openSession } from "../../../magics/session.ts";
import type { Session } from "../../../magics/session.ts";

/** Whether a text is TypeScript without a syntax error, as a kernel tells it. */
export function isComplete(code: string): boolean {
  const { errors } = parseSync("cell.ts", code, { lang: "ts", sourceType: "module" });
  return errors.length === 0;
}

/** What a cell put out. */
export interface Output {
  /** The states of a display in the order of its updates. */
  readonly displays: MimeBundle[][];
  readonly stdout: string[];
  readonly stderr: string[];
}

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<unknown>;

/**
 * A kernel in miniature: it really evaluates cells (with the magics in them), keeps names from cell to cell, and
 * collects what they show. For tests; cells share the process's globals.
 */
export class Notebook implements Disposable {
  readonly folder: string;
  readonly session: Session;
  readonly scope: Readonly<Record<string, unknown>>;
  readonly #names = new Map<string, unknown>();
  readonly #declarations = new Map<string, Declaration>();
  readonly #sinks = new AsyncLocalStorage<CaptureSink>();
  readonly #runner: MagicRunner;
  #abort = new AbortController();
  #output: Output = { displays: [], stdout: [], stderr: [] };

  constructor(options: { folder?: string; root?: string } = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), "lightnix-notebook-"));
    mkdirSync(this.folder, { recursive: true });
    const root = options.root ?? join(this.folder, ".store");
    // What a test leaves behind need not survive a power loss.
    this.session = { ...openSession({ root }), store: openStore({ root, durable: false }) };
    this.scope = sessionScope(this.session, this.host);
    this.#runner = createRunner({ host: this.host, session: this.session, registry: builtinMagics });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs a cell and gives what it put out; what it throws is thrown. */
  async run(cell: string): Promise<Output> {
    this.#abort = new AbortController();
    this.#output = { displays: [], stdout: [], stderr: [] };
    this.#inputs.set(this.#inputs.size + 1, cell);
    const prepared = prepareCell(cell, { isComplete, registry: builtinMagics });
    if (prepared.kind === "error") throw prepared.error;
    if (prepared.kind === "cell-magic") await this.#runner.cell(prepared.cell);
    else await this.#evaluate(prepared.text);
    return this.#output;
  }

  /** Runs a cell and gives the text of the last thing that it shows. */
  async text(cell: string): Promise<string> {
    const { displays } = await this.run(cell);
    return textOf(displays.at(-1)?.at(-1)?.["text/plain"]);
  }

  /** Runs a cell and gives the HTML of the last thing that it shows. */
  async html(cell: string): Promise<string> {
    const { displays } = await this.run(cell);
    return textOf(displays.at(-1)?.at(-1)?.["text/html"]);
  }

  /** What the running cell has put out so far. */
  get output(): Output {
    return this.#output;
  }

  /** As the Stop button. */
  interrupt(): void {
    this.#abort.abort(new Error("interrupted"));
  }

  /** The value of a name of the session. */
  value(name: string): unknown {
    return this.#names.get(name);
  }

  #workingFolder: string | undefined;
  readonly #inputs = new Map<number, string>();

  readonly host: CellHost = this.#makeHost();

  #makeHost(): CellHost {
    const notebook = (): Notebook => this;
    return {
      get folder() {
        return notebook().folder;
      },
      get workingFolder() {
        return notebook().#workingFolder ?? notebook().folder;
      },
      set workingFolder(folder) {
        readdirSync(folder);
        notebook().#workingFolder = folder;
      },
      kernelNames: {
        show: (text: string) => void this.#output.stdout.push(`shown: ${text}`),
        clearShown: () => this.#sinks.getStore()?.clear(false),
      },
      get signal() {
        return notebook().#abort.signal;
      },
      define: (name, value) => {
        this.#names.set(name, value);
        this.#declarations.delete(name);
      },
      module: (code, options) => this.#module(code, options),
      declaration: (name) => this.#declarations.get(name),
      lookup: (name) => this.#lookup(name),
      inputs: () => this.#inputs,
      forget: (names = [...this.#names.keys()]) => {
        for (const name of names) {
          this.#names.delete(name);
          this.#declarations.delete(name);
        }
        return names;
      },
      names: () => [...new Set([...this.#names.keys(), ...this.#declarations.keys()])],
      defined: () =>
        this.host.names().map((name) => ({
          name,
          isImport: this.#declarations.get(name)?.kind === "import",
          ...describeValue(this.#lookup(name)?.value),
        })),
      display: (bundle) => {
        const states = [bundle];
        this.#output.displays.push(states);
        return { update: (next) => states.push(next) };
      },
      page: (bundle) => void this.#output.displays.push([bundle]),
      print: (text, stream = "stdout") => this.#output[stream].push(text),
      clear: () => void this.#output.displays.splice(0),
      capture: (sink, run) => this.#sinks.run(sink, run),
    };
  }

  #lookup(name: string): { value: unknown } | undefined {
    if (!isIdentifier(name)) throw new Error(`Cannot look up "${name}": it is no name`);
    if (this.#names.has(name)) return { value: this.#names.get(name) };
    if (name in this.scope) return { value: this.scope[name] };
    return name in globalThis ? { value: (globalThis as Record<string, unknown>)[name] } : undefined;
  }

  async #evaluate(text: string): Promise<void> {
    const units = moduleUnits(text);
    const declared = units.units.flatMap(({ declares }) => declares);
    const names = new Proxy(
      {},
      {
        has: (_, name) =>
          typeof name === "string" &&
          !declared.includes(name) &&
          (this.#names.has(name) || name in this.scope),
        get: (_, name) => (typeof name === "string" ? (this.#lookup(name)?.value ?? undefined) : undefined),
        set: (_, name, value) => {
          this.#names.set(String(name), value);
          return true;
        },
      },
    );
    const hoisted = units.units
      .filter(({ node }) => node.type === "FunctionDeclaration")
      .flatMap(({ declares }) => declares);
    const functions = `__export({ ${hoisted.join(", ")} });`;
    const body = `with (__names) { return (async () => {${functions}${runnable(units, true)}\n;__export({ ${declared.join(", ")} });})(); }`;
    const run = new AsyncFunction("__names", "__export", "__import", "console", body);
    const collect = (values: Record<string, unknown>): void => {
      for (const [name, value] of Object.entries(values)) this.#names.set(name, value);
    };
    for (const unit of units.units) this.#declare(unit, text);
    const call: MagicRunner["line"] = (name, args, value) => this.#runner.line(name, args, value);
    (globalThis as Record<symbol, unknown>)[Symbol.for("lightnix.magic")] = call;
    await run(names, collect, (specifier: string) => this.#import(specifier), this.#console());
  }

  #declare(unit: Unit, text: string): void {
    const { node } = unit;
    const kinds: Readonly<Record<string, Declaration["kind"]>> = {
      FunctionDeclaration: "function",
      ClassDeclaration: "class",
      VariableDeclaration: "variable",
      ImportDeclaration: "import",
    };
    const prefix =
      node.type === "VariableDeclaration" && !/^(?:const|let|var)\b/u.test(text.slice(node.start))
        ? "const "
        : "";
    for (const name of unit.declares) {
      this.#declarations.set(name, {
        text: prefix + text.slice(node.start, node.end),
        kind: kinds[node.type] ?? "other",
      });
    }
  }

  async #module(code: string, { free, title = "cell" }: ModuleOptions): Promise<Record<string, unknown>> {
    const units = moduleUnits(code);
    const exported = [...units.exports].map(
      ([name, local]) => `${JSON.stringify(name)}: ${local === "default" ? "__default" : local}`,
    );
    const body = `"use strict"; ${runnable(units)}\nreturn { ${exported.join(", ")} };\n//# sourceURL=${encodeURI(title)}`;
    const names = Object.keys(free).filter((name) => name !== "console");
    const run = new AsyncFunction("__import", "console", ...names, body);
    const values = names.map((name) => free[name]);
    return (await run((specifier: string) => this.#import(specifier), this.#console(), ...values)) as Record<
      string,
      unknown
    >;
  }

  async #import(specifier: string): Promise<unknown> {
    const from = createRequire(join(this.folder, "notebook.ipynb"));
    const path = specifier.startsWith(".") ? resolve(this.folder, specifier) : from.resolve(specifier);
    const isBuiltin = specifier.startsWith("node:") || !path.startsWith("/");
    const version = isBuiltin ? "" : `?${hashOf(readFileSync(path, "utf8"))}`;
    return (await import(isBuiltin ? specifier : pathToFileURL(path).href + version)) as unknown;
  }

  #console(): { log: (...values: unknown[]) => void } {
    return {
      log: (...values) => {
        const text = `${values.map(String).join(" ")}\n`;
        const sink = this.#sinks.getStore();
        if (sink === undefined) this.#output.stdout.push(text);
        else sink.log("stdout", text);
      },
    };
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// Import and export declarations as what a function's body may hold, each on its own lines.
function runnable({ plain, units }: ModuleUnits, exportsEach = false): string {
  let { code } = plain;
  for (const { node, declares } of units.toReversed()) {
    // A declarator among several is exported at the end of the cell only.
    const isStatement =
      node.type !== "VariableDeclaration" || /^(?:const|let|var)\b/u.test(plain.code.slice(node.start));
    if (exportsEach && declares.length > 0 && isStatement)
      code = `${code.slice(0, node.end)};__export({ ${declares.join(", ")} });${code.slice(node.end)}`;
    const replacement = replacementOf(node, plain.code);
    if (replacement !== undefined) code = code.slice(0, node.start) + replacement + code.slice(node.end);
  }
  return code.replace(/\bimport\(/gu, "__import(");
}

function replacementOf(node: Unit["node"], code: string): string | undefined {
  const text = code.slice(node.start, node.end);
  const lines = "\n".repeat(text.split("\n").length - 1);
  if (node.type === "ExportDefaultDeclaration") {
    const { declaration } = node;
    const inner = code.slice(declaration.start, declaration.end);
    const named =
      "id" in declaration && declaration.id?.type === "Identifier" ? declaration.id.name : undefined;
    return named === undefined ? `const __default = ${inner};` : inner;
  }
  if (node.type === "ExportNamedDeclaration")
    return node.declaration === null ? lines : text.replace(/^export\s/u, "       ");
  if (node.type !== "ImportDeclaration") return undefined;
  const from = `await __import(${JSON.stringify(node.source.value)})`;
  const parts = node.specifiers.map((specifier) => {
    if (specifier.type === "ImportNamespaceSpecifier") return `const ${specifier.local.name} = ${from};`;
    const imported =
      specifier.type === "ImportSpecifier" && specifier.imported.type === "Identifier"
        ? specifier.imported.name
        : "default";
    return `const { ${imported}: ${specifier.local.name} } = ${from};`;
  });
  return parts.join(" ") + lines;
}

function hashOf(text: string): string {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) | 0;
  return String(hash);
}
