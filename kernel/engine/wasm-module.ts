import { lifeOf } from "./local-module.ts";
import type { LocalModule, ModuleBase } from "./local-module.ts";
import { addExports, createNamespace } from "./namespace.ts";

// Node's types know WebAssembly by way of the DOM's only.
interface WebAssemblyGlobal {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly { readonly module: string }[];
  };
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyGlobal };

/** Makes a module of a WebAssembly file; what it imports is imported as from any other module. */
export function wasmModule(base: ModuleBase, bytes: Uint8Array): LocalModule {
  const module = new WebAssembly.Module(bytes);
  const specifiers = [...new Set(WebAssembly.Module.imports(module).map((one) => one.module))];
  const dependencies = specifiers.map((specifier) => ({
    specifier,
    at: { line: 1, column: 1 },
    needed: [],
    mayBeTypes: false,
  }));
  const namespace = createNamespace(base.name);
  const life = lifeOf(base, dependencies);
  return {
    ...life,
    namespace,
    instantiate: () => undefined,
    linkStar: () => undefined,
    run: () => {
      const imports = Object.fromEntries(
        specifiers.map((specifier, index) => [specifier, { ...life.namespaces[index] }]),
      );
      const { exports } = new WebAssembly.Instance(module, imports);
      addExports(
        namespace,
        Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, () => value])),
      );
      return undefined;
    },
  };
}
