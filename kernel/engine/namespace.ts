import { inspect } from "node:util";

/** The exports of a module: read only, live. */
export type Namespace = Record<string, unknown>;

/** Makes the namespace of a module that the engine loads. Its exports are added when they are known. */
export function createNamespace(name: string): Namespace {
  const namespace = Object.create(null) as Namespace;
  Object.defineProperty(namespace, Symbol.toStringTag, { value: "Module" });
  // Getters would be shown as such, where Node shows the values of a namespace.
  Object.defineProperty(namespace, inspect.custom, {
    value: (_: number, options: object, show: typeof inspect) =>
      `[Module: ${name}] ${show(valuesOf(namespace), options)}`,
  });
  return namespace;
}

/** Adds exports; a name that is there already stays what it is. */
export function addExports(namespace: Namespace, getters: Readonly<Record<string, () => unknown>>): void {
  for (const [name, get] of Object.entries(getters)) {
    if (!Object.hasOwn(namespace, name))
      Object.defineProperty(namespace, name, { get, enumerable: true, configurable: true });
  }
}

/** Adds everything but the default that another module exports. */
export function addAllExports(namespace: Namespace, from: Readonly<Namespace>): void {
  const names = Object.keys(from).filter((name) => name !== "default");
  addExports(namespace, Object.fromEntries(names.map((name) => [name, () => from[name]])));
}

/** What importers of a CommonJS module see: the module's value as default, and its properties by name. */
export function commonJsNamespace(name: string, value: () => unknown): Namespace {
  const namespace = createNamespace(name);
  addExports(namespace, { default: value });
  const exported = value();
  if ((typeof exported === "object" && exported !== null) || typeof exported === "function") {
    const names = Object.keys(exported).filter((key) => key !== "default");
    addExports(namespace, Object.fromEntries(names.map((key) => [key, () => (value() as Namespace)[key]])));
  }
  return namespace;
}

/**
 * A namespace of Node's that has the names in `needed`, where it can: Node guesses the names that a CommonJS module
 * exports from its text, and what it misses is a property of the default.
 */
export function withNames(namespace: Namespace, needed: readonly string[]): Namespace {
  const missing = needed.filter((name) => !(name in namespace));
  const value = namespace["default"];
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  const found = isObject ? missing.filter((name) => name in value) : [];
  if (found.length === 0) return namespace;
  const wider = createNamespace("CommonJS");
  addExports(wider, Object.fromEntries(Object.keys(namespace).map((name) => [name, () => namespace[name]])));
  addExports(wider, Object.fromEntries(found.map((name) => [name, () => (value as Namespace)[name]])));
  return wider;
}

function valuesOf(namespace: Namespace): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(namespace).map((name) => {
      try {
        return [name, namespace[name]];
      } catch {
        return [name, "<not initialized>"];
      }
    }),
  );
}
