import { createRequire } from "node:module";
import { dirname } from "node:path";
import { parseTyped } from "./ast.ts";
import { compile } from "./compile.ts";
import type { Code } from "./code.ts";
import { Edits } from "./edits.ts";
import { ImportError } from "./errors.ts";
import { hidden } from "./hidden.ts";
import { codeOf } from "./module-file.ts";
import { lifeOf } from "./local-module.ts";
import type { LocalModule, ModuleBase, ModuleScope } from "./local-module.ts";
import type { ModuleFile } from "./module-file.ts";
import { addAllExports, addExports, commonJsNamespace, createNamespace } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";
import { rewriteBodies } from "./rewrite.ts";
import { rewriteModule } from "./rewrite-module.ts";
import type { ModuleCode } from "./rewrite-module.ts";
import { shiftedTo } from "./units.ts";
import type { Units } from "./units.ts";
import { wasmModule } from "./wasm-module.ts";

/** Makes a module of a file. */
export function compileModule(file: ModuleFile, scope: ModuleScope, units: Units): LocalModule {
  const { path, text } = file;
  const base = { path, name: path, stamp: file.stamp, format: file.format };
  units.add({ url: path, name: path, isCell: false, source: text, toTyped: (position) => position });
  switch (file.format) {
    case "module": {
      const code = rewriteFile(codeOf(file));
      units.add({
        url: path,
        name: path,
        isCell: false,
        source: text,
        toTyped: code.toTyped,
        imports: localNames(code),
      });
      return moduleOf(base, code, {
        url: path,
        scope,
        values: code.parameters.map((name) => scopeValue(name, scope, path)),
      });
    }
    case "commonjs":
      return commonJsModule(base, file, scope);
    case "json":
      return simpleModule(base, () => jsonNamespace(file));
    case "addon":
      return simpleModule(base, () =>
        commonJsNamespace(
          path,
          once(() => createRequire(path)(path) as unknown),
        ),
      );
    case "wasm":
      return wasmModule(base, file.bytes);
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
export function compileText(
  { code, url, name, line, path, free, source }: TextModule,
  scope: ModuleScope,
  units: Units,
): LocalModule {
  const given = (names: readonly string[]): string[] =>
    names.filter((one) => Object.hasOwn(free, one) || isScopeName(one));
  const module = rewriteModule(code, given);
  const toTyped = shiftedTo(line, module.toTyped);
  units.add({ url, name, isCell: true, source, toTyped, imports: localNames(module) });
  const base = { path, name, stamp: { changedMs: 0, sizeBytes: 0 }, format: "module" as const };
  const dependencies = module.dependencies.map((one) => ({
    ...one,
    at: { ...one.at, line: one.at.line + line - 1 },
  }));
  const values = module.parameters.map((one) =>
    Object.hasOwn(free, one) ? free[one] : scopeValue(one, scope, path),
  );
  return moduleOf(base, { ...module, dependencies }, { url, line, scope, values });
}

function localNames({ imports }: ModuleCode): string[] {
  return imports.map(({ local }) => local);
}

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

function moduleOf(
  base: ModuleBase,
  code: ModuleCode,
  { url, line = 1, scope, values }: Evaluated,
): LocalModule {
  const namespace = createNamespace(base.name);
  const life = lifeOf(base, code.dependencies);
  const { namespaces } = life;
  let running: Running | undefined;
  return {
    ...life,
    namespace,
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
      void body.next();
      return undefined;
    },
  };
}

// All of it is there after one step, and nothing is imported by way of the syntax.
function simpleModule(base: ModuleBase, evaluate: () => Namespace): LocalModule {
  const namespace = createNamespace(base.name);
  return {
    ...lifeOf(base, []),
    namespace,
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

function commonJsModule(base: ModuleBase, file: ModuleFile, scope: ModuleScope): LocalModule {
  const module: { exports: unknown } = { exports: {} };
  const current = (): unknown => module.exports;
  const made = simpleModule(base, () => {
    evaluateCommonJs(file, scope, module);
    return commonJsNamespace(base.path, current);
  });
  return Object.assign(made, { partial: current });
}

function evaluateCommonJs(file: ModuleFile, scope: ModuleScope, module: { exports: unknown }): void {
  const { path } = file;
  const prefix = `(function(exports,require,module,__filename,__dirname,${hidden.import}){`;
  const run = compile(`${prefix}${plainCommonJs(file)}\n})`, { url: path, prefixLength: prefix.length });
  Reflect.apply(run, module.exports, [
    module.exports,
    scope.require,
    module,
    path,
    dirname(path),
    scope.import,
  ]);
}

// Sloppy code is no module and would not be read as one: it stays as it is, and only TypeScript has to be read.
function plainCommonJs(file: ModuleFile): string {
  const isTyped = /\.(?:[cm]?ts|tsx|jsx)$/u.test(file.path);
  if (!isTyped && !file.text.includes("import(")) return file.text;
  if (!isTyped && parseTyped(file.text).errors.length > 0) return file.text;
  const { plain, program } = codeOf(file);
  const edits = new Edits(plain);
  rewriteBodies(program, edits);
  return edits.render().text;
}

function jsonNamespace({ path, text }: ModuleFile): Namespace {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImportError("invalid-json", `Cannot import "${path}": it is no JSON (${reason})`, {
      cause: error,
      data: { path },
    });
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
