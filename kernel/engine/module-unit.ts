import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compile } from "./compile.ts";
import type { Code } from "./code.ts";
import { EngineError } from "./errors.ts";
import { codeOf } from "./module-file.ts";
import type { Format, ModuleFile, Stamp } from "./module-file.ts";
import { addAllExports, addExports, commonJsNamespace, createNamespace } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";
import type { Target } from "./resolve.ts";
import { rewriteModule } from "./rewrite-module.ts";
import type { Dependency, ModuleCode } from "./rewrite-module.ts";
import { shiftedTo } from "./units.ts";
import type { Units } from "./units.ts";

/** What the code of a module reaches the loader by. */
export interface ModuleScope {
  import(specifier: string): Promise<Namespace>;
  readonly require: ((specifier: string) => unknown) & { readonly resolve: (specifier: string) => string };
  readonly meta: Readonly<Record<string, unknown>>;
}

/** A module that the engine evaluates. */
export interface LocalModule {
  readonly path: string;
  /** What traces call it. */
  readonly name: string;
  readonly stamp: Stamp;
  readonly format: Format;
  readonly namespace: Namespace;
  readonly dependencies: readonly Dependency[];
  /** What the dependencies stand for; nothing for one that has types only. */
  targets: readonly (Target | undefined)[];
  /** The namespaces of the dependencies, as far as they are known. */
  readonly namespaces: (Namespace | undefined)[];
  state: "new" | "evaluating" | "evaluated" | "failed";
  /** Settled when the evaluation has ended. */
  readonly settled: Promise<void>;
  begin(): void;
  end(error?: unknown): void;
  /** Makes the exports, and functions callable, before anything runs: modules in a circle rely on it. */
  instantiate(): void;
  /** Adds what is exported from a dependency by `export *`. */
  linkStar(index: number): void;
  /** Runs the code. What it gives has to be started and awaited; nothing when all is done. */
  run(): (() => Promise<unknown>) | undefined;
}

/** Makes a module of a file. */
export function compileModule(file: ModuleFile, scope: ModuleScope, units: Units): LocalModule {
  const { path, text } = file;
  const base = { path, name: path, stamp: file.stamp, format: file.format };
  units.add({ url: path, name: path, isCell: false, source: text, toTyped: (position) => position });
  switch (file.format) {
    case "module": {
      const code = rewriteFile(codeOf(file));
      units.add({ url: path, name: path, isCell: false, source: text, toTyped: code.toTyped });
      return moduleOf(base, code, { url: path, scope, values: code.parameters.map((name) => scopeValue(name, scope, path)) });
    }
    case "commonjs":
      return simpleModule(base, () => commonJsNamespace(path, evaluateCommonJs(file, scope)));
    case "json":
      return simpleModule(base, () => jsonNamespace(file));
    case "addon":
      return simpleModule(base, () => commonJsNamespace(path, once(() => createRequire(path)(path) as unknown)));
    case "wasm":
      return wasmModule(base, file);
  }
}

/** A text that is to be evaluated as a module, and what it is called. */
export interface TextModule {
  readonly code: Code;
  /** What V8 and traces call it. */
  readonly url: string;
  readonly name: string;
  /** The line of its unit at which it begins. */
  readonly line: number;
  /** The file that imports are resolved from. */
  readonly path: string;
  /** Values for names that the text uses and does not declare. */
  readonly free: Readonly<Record<string, unknown>>;
  readonly source: string;
}

/** Makes a module of a text. */
export function compileText({ code, url, name, line, path, free, source }: TextModule, scope: ModuleScope, units: Units): LocalModule {
  const given = (names: readonly string[]): string[] => names.filter((one) => Object.hasOwn(free, one) || isScopeName(one));
  const module = rewriteModule(code, given);
  units.add({ url, name, isCell: true, source, toTyped: shiftedTo(line, module.toTyped) });
  const base = { path, name, stamp: { changedMs: 0, sizeBytes: 0 }, format: "module" as const };
  const dependencies = module.dependencies.map((one) => ({ ...one, at: { ...one.at, line: one.at.line + line - 1 } }));
  const values = module.parameters.map((one) => (Object.hasOwn(free, one) ? free[one] : scopeValue(one, scope, path)));
  return moduleOf(base, { ...module, dependencies }, { url, line, scope, values });
}

type Base = Pick<LocalModule, "path" | "name" | "stamp" | "format">;

// What a module that uses them, without declaring them, may take for granted in a CommonJS world.
function isScopeName(name: string): boolean {
  return name === "require" || name === "__filename" || name === "__dirname";
}

function rewriteFile(code: Code): ModuleCode {
  return rewriteModule(code, (free) => free.filter(isScopeName));
}

function scopeValue(name: string, scope: ModuleScope, path: string): unknown {
  if (name === "require") return scope.require;
  return name === "__filename" ? path : dirname(path);
}

interface Evaluated {
  readonly url: string;
  readonly line?: number;
  readonly scope: ModuleScope;
  readonly values: readonly unknown[];
}

type Running = Generator<undefined, void> | AsyncGenerator<undefined, void>;

function moduleOf(base: Base, code: ModuleCode, { url, line = 1, scope, values }: Evaluated): LocalModule {
  const namespace = createNamespace(base.name);
  const namespaces: (Namespace | undefined)[] = [];
  let running: Running | undefined;
  return {
    ...lifeOf(base, code.dependencies),
    namespace,
    namespaces,
    instantiate: () => {
      const start = compile(code.text, { url, line, prefixLength: code.prefixLength });
      const take = (getters: Readonly<Record<string, () => unknown>>): void => addExports(namespace, getters);
      running = start(namespaces, take, {}, scope.import, scope.meta, ...values) as Running;
      const started = running.next();
      // Its rejection comes again from the step that runs the text.
      if (started instanceof Promise) started.catch(() => undefined);
      for (const index of code.stars) addAllExports(namespace, namespaces[index] ?? {});
    },
    linkStar: (index) => {
      if (code.stars.includes(index)) addAllExports(namespace, namespaces[index] ?? {});
    },
    run: () => {
      const body = running;
      if (body === undefined) throw new Error("The module was not instantiated");
      if (code.isAsync) return async () => await body.next();
      body.next();
      return undefined;
    },
  };
}

// All of it is there after one step, and nothing is imported by way of the syntax.
function simpleModule(base: Base, evaluate: () => Namespace): LocalModule {
  const namespace = createNamespace(base.name);
  return {
    ...lifeOf(base, []),
    namespace,
    namespaces: [],
    instantiate: () => undefined,
    linkStar: () => undefined,
    run: () => {
      const evaluated = evaluate();
      addExports(namespace, { default: () => evaluated["default"] });
      addAllExports(namespace, evaluated);
      return undefined;
    },
  };
}

function wasmModule(base: Base, { bytes }: ModuleFile): LocalModule {
  const module = new WebAssembly.Module(bytes);
  const specifiers = [...new Set(WebAssembly.Module.imports(module).map((one) => one.module))];
  const dependencies = specifiers.map((specifier) => ({ specifier, at: { line: 1, column: 1 }, needed: [], mayBeTypes: false }));
  const namespace = createNamespace(base.name);
  const namespaces: (Namespace | undefined)[] = [];
  return {
    ...lifeOf(base, dependencies),
    namespace,
    namespaces,
    instantiate: () => undefined,
    linkStar: () => undefined,
    run: () => {
      const imports = Object.fromEntries(specifiers.map((specifier, index) => [specifier, { ...namespaces[index] }]));
      const { exports } = new WebAssembly.Instance(module, imports as WebAssembly.Imports);
      addExports(namespace, Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, () => value])));
      return undefined;
    },
  };
}

type Life = Pick<LocalModule, keyof Base | "dependencies" | "targets" | "state" | "settled" | "begin" | "end">;

function lifeOf(base: Base, dependencies: readonly Dependency[]): Life {
  let settle: (error?: unknown) => void = () => undefined;
  const settled = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error as Error));
  });
  settled.catch(() => undefined);
  return {
    ...base,
    dependencies,
    targets: [],
    state: "new",
    settled,
    begin() {
      this.state = "evaluating";
    },
    end(error) {
      this.state = error === undefined ? "evaluated" : "failed";
      settle(error);
    },
  };
}

function evaluateCommonJs(file: ModuleFile, scope: ModuleScope): () => unknown {
  const { path } = file;
  const prefix = "(function(exports,require,module,__filename,__dirname){";
  const run = compile(`${prefix}${plainCommonJs(file)}\n})`, { url: path, prefixLength: prefix.length });
  const module: { exports: unknown } = { exports: {} };
  Reflect.apply(run, module.exports, [module.exports, scope.require, module, path, dirname(path)]);
  return () => module.exports;
}

// Sloppy code is no module and would not be read as one; only TypeScript has to be.
function plainCommonJs(file: ModuleFile): string {
  return /\.[cm]?tsx?$/u.test(file.path) ? codeOf(file).plain : file.text;
}

function jsonNamespace({ path, text }: ModuleFile): Namespace {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError("invalid-json", `Cannot import "${path}": it is no JSON (${reason})`, { cause: error, data: { path } });
  }
  return commonJsNamespace(path, () => value);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
