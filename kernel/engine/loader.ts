import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { ImportError } from "./errors.ts";
import { FailedLoads } from "./failed-loads.ts";
import type { LocalModule, ModuleScope } from "./local-module.ts";
import { compileModule } from "./module-unit.ts";
import { isSameStamp, readModuleFile, stampOf } from "./module-file.ts";
import { placed, requireNames } from "./needed-names.ts";
import { withNames } from "./namespace.ts";
import type { Namespace } from "./namespace.ts";
import { createNativeModules } from "./native.ts";
import type { NativeTarget, Provided } from "./native.ts";
import type { Resolver, Target } from "./resolve.ts";
import type { Dependency } from "./rewrite-module.ts";
import type { Units } from "./units.ts";

/** What {@link Loader} is made of. */
export interface LoaderParts {
  readonly resolver: Resolver;
  readonly provided: Provided;
  readonly units: Units;
  /** Has interrupts spare what loads until the answer is called. */
  readonly spare?: () => () => void;
}

// What an evaluation needs from outside: given at once when required, awaited when imported.
type Effect =
  | { readonly kind: "native"; readonly target: NativeTarget; readonly from: string }
  | { readonly kind: "await"; readonly path: string; readonly start: () => Promise<unknown> };

type Evaluation<T> = Generator<Effect, T, unknown>;

/**
 * Loads modules for cells. Packages and Node's own modules come from Node, once. The user's own files, TypeScript or not,
 * are evaluated here, so that a changed one can be evaluated anew, together with what imports it: Node never
 * forgets a module, and before version 22 it has no hook on this thread.
 */
export class Loader {
  readonly #modules = new Map<string, LocalModule>();
  readonly #parts: LoaderParts;
  readonly #native: ReturnType<typeof createNativeModules>;
  readonly #failed: FailedLoads;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
    this.#native = createNativeModules(parts.provided);
    this.#failed = new FailedLoads(parts.resolver);
  }

  /** Imports a module; `needed` are the names that it has to export. `from` is the importing file; it need not exist. */
  async import(specifier: string, from: string, needed: readonly string[] = []): Promise<Namespace> {
    const target = this.#parts.resolver.resolve(specifier, from);
    if (target.kind === "local") this.#modules.get(from)?.reached.add(target.path);
    const namespace = await this.#await(this.#obtain(target, from));
    return target.kind === "local" ? namespace : withNames(namespace, needed);
  }

  /** What `require` gives. A module that awaits cannot be required. */
  require(specifier: string, from: string): unknown {
    const target = this.#parts.resolver.resolve(specifier, from, "require");
    if (target.kind !== "local") return this.#native.require(target, from);
    this.#modules.get(from)?.reached.add(target.path);
    const begun = this.#modules.get(target.path);
    if (begun?.state === "evaluating" && begun.partial !== undefined) return begun.partial();
    const namespace = this.#now(this.#obtain(target, from));
    const module = this.#modules.get(target.path);
    return module?.format === "module" ? namespace : namespace["default"];
  }

  /** Evaluates a module that is no file, and gives its exports. */
  async evaluate(module: LocalModule): Promise<Namespace> {
    this.#link(module);
    module.instantiate();
    await this.#await(this.#evaluate(module));
    return module.namespace;
  }

  /** What a module's code reaches the loader by. */
  scope(path: string): ModuleScope {
    const load = (specifier: string): unknown => this.require(specifier, path);
    const resolve = (specifier: string): string => addressOf(this.#parts.resolver.resolve(specifier, path));
    return {
      import: async (specifier) => await this.import(`${specifier}`, path),
      require: Object.assign(load, {
        resolve: (specifier: string) => pathOf(this.#parts.resolver.resolve(specifier, path, "require")),
      }),
      meta: { url: pathToFileURL(path).href, filename: path, dirname: dirname(path), resolve },
    };
  }

  /**
   * Forgets the local modules whose files have changed since they were read, and those that import them. Gives the
   * paths of what was forgotten.
   */
  forgetChanged(): Set<string> {
    const changed = [...this.#modules.values()].filter((module) => {
      const stamp = stampOf(module.path);
      // A file that is gone keeps what it was: nothing newer could take its place.
      return stamp !== undefined && !isSameStamp(stamp, module.stamp);
    });
    return this.#forget(changed);
  }

  /** Whether what could not be loaded may be loadable now: a file has changed since, or one that was missing is there. */
  haveFailedChanged(): boolean {
    return this.#failed.haveChanged();
  }

  /** Forgets the modules that are in the middle of their evaluation: it was stopped and will not end. */
  abandonUnfinished(): void {
    this.#forget([...this.#modules.values()].filter(({ state }) => state === "evaluating"));
  }

  #forget(modules: readonly LocalModule[]): Set<string> {
    const forgotten = new Set<string>();
    const visit = (path: string): void => {
      if (forgotten.has(path)) return;
      forgotten.add(path);
      for (const module of this.#modules.values()) {
        if (module.reached.has(path) || localTargets(module).includes(path)) visit(module.path);
      }
    };
    for (const { path } of modules) visit(path);
    for (const path of forgotten) this.#modules.delete(path);
    return forgotten;
  }

  *#obtain(target: Target, from: string): Evaluation<Namespace> {
    if (target.kind !== "local") return (yield { kind: "native", target, from }) as Namespace;
    const module = this.#load(target.path);
    yield* this.#evaluate(module);
    return module.namespace;
  }

  #load(path: string): LocalModule {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const module = this.#compile(path);
    // Before its dependencies: one of them may import it.
    this.#modules.set(path, module);
    try {
      this.#link(module);
      module.instantiate();
    } catch (error) {
      // What imports it in a circle has been loaded by now, and has to go too.
      this.#forget([module]);
      throw error;
    }
    return module;
  }

  #compile(path: string): LocalModule {
    const stamp = stampOf(path);
    try {
      return compileModule(readModuleFile(path), this.scope(path), this.#parts.units);
    } catch (error) {
      this.#failed.add(path, stamp);
      throw error;
    }
  }

  #link(module: LocalModule): void {
    module.targets = module.dependencies.map((dependency) => this.#resolve(dependency, module));
    module.targets.forEach((target, index) => {
      if (target?.kind === "local") module.namespaces[index] = this.#load(target.path).namespace;
    });
  }

  #resolve({ specifier, at, mayBeTypes }: Dependency, module: LocalModule): Target | undefined {
    const { resolver } = this.#parts;
    try {
      return resolver.resolve(specifier, module.path);
    } catch (error) {
      if (mayBeTypes && resolver.isTypesOnly(specifier, module.path)) return undefined;
      this.#failed.add(module.path, module.stamp);
      this.#failed.addMissing({ specifier, from: module.path });
      throw placed(error, `${module.name}:${at.line}:${at.column}`);
    }
  }

  *#evaluate(module: LocalModule): Evaluation<void> {
    if (module.state === "evaluated") return;
    if (module.state === "evaluating") {
      if (!this.#isCircle(module))
        yield { kind: "await", path: module.path, start: async () => await module.settled };
      return;
    }
    module.begin();
    try {
      for (const index of module.dependencies.keys()) yield* this.#evaluateDependency(module, index);
      const running = module.run();
      if (running !== undefined) yield { kind: "await", path: module.path, start: running };
      module.end();
    } catch (error) {
      module.end({ error });
      this.#failed.add(module.path, module.stamp);
      this.#forget([module]);
      throw error;
    }
  }

  *#evaluateDependency(module: LocalModule, index: number): Evaluation<void> {
    const target = module.targets[index];
    const dependency = module.dependencies[index];
    if (target === undefined || dependency === undefined) return;
    const namespace = yield* this.#obtain(target, module.path);
    module.namespaces[index] = target.kind === "local" ? namespace : withNames(namespace, dependency.needed);
    module.linkStar(index);
    // In a circle, not all that will be exported is there yet.
    const isWhole = target.kind !== "local" || this.#modules.get(target.path)?.state === "evaluated";
    if (isWhole) requireNames(module.namespaces[index] ?? {}, dependency, module.name);
  }

  // Whether what is being evaluated waits for the one that asks: then asking is not waiting.
  #isCircle(module: LocalModule): boolean {
    const visited = new Set<string>();
    const reaches = (from: LocalModule): boolean =>
      localTargets(from).some((path) => {
        if (path === module.path) return true;
        const next = this.#modules.get(path);
        if (next === undefined || visited.has(path)) return false;
        visited.add(path);
        return reaches(next);
      });
    return reaches(module);
  }

  async #await<T>(evaluation: Evaluation<T>): Promise<T> {
    let step = evaluation.next();
    while (step.done !== true) {
      const effect = step.value;
      try {
        const value =
          effect.kind === "native" ? await this.#importNative(effect.target) : await effect.start();
        step = evaluation.next(value);
      } catch (error) {
        step = evaluation.throw(error);
      }
    }
    return step.value;
  }

  async #importNative(target: NativeTarget): Promise<unknown> {
    const over = this.#parts.spare?.();
    try {
      return await this.#native.import(target);
    } finally {
      over?.();
    }
  }

  #now<T>(evaluation: Evaluation<T>): T {
    let step = evaluation.next();
    while (step.done !== true) {
      const effect = step.value;
      try {
        if (effect.kind === "await") throw cannotRequire(effect.path);
        step = evaluation.next(asNamespace(this.#native.require(effect.target, effect.from)));
      } catch (error) {
        step = evaluation.throw(error);
      }
    }
    return step.value;
  }
}

function localTargets({ targets }: LocalModule): string[] {
  return targets.flatMap((target) => (target?.kind === "local" ? [target.path] : []));
}

function addressOf(target: Target): string {
  return target.kind === "provided" ? target.specifier : target.url;
}

function pathOf(target: Target): string {
  return "path" in target ? target.path : addressOf(target);
}

function asNamespace(value: unknown): Namespace {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  return Object.assign({}, isObject ? value : {}, { default: value });
}

function cannotRequire(path: string): ImportError {
  const message = `Cannot require "${path}": it awaits at its top level, or imports what does. Use import`;
  return new ImportError("require-async", message, { data: { path } });
}
