import type { Runtime } from "node:inspector";
import { DebugError } from "./protocol.ts";
import type { Variable } from "./protocol.ts";
import type { Target } from "./target.ts";
import { isHidden, typedName, typeText, valueText } from "./values.ts";

/** What a reference stands for: the properties of these objects, where a name of an earlier one hides that of a later one. */
interface Container extends ScopeOptions {
  /** Whether it is a scope, whose names are variables, rather than an object. */
  readonly isScope: boolean;
  /** The expression that gives the object, where there is one. */
  readonly path?: string;
  readonly group: Group;
}

/** How long references live: while the program is paused, or until the variables of the session are asked for again. */
export type Group = "paused" | "session";

/** What a scope is made of. */
export interface ScopeOptions {
  readonly objectIds: readonly string[];
  /** What is listed in front of its variables. */
  readonly extra?: readonly { readonly name: string; readonly value: Runtime.RemoteObject }[];
  /** The frame that it is of. */
  readonly frameId?: number;
}

/** Which part of what is in a container is wanted. */
export interface Part {
  readonly filter?: "indexed" | "named";
  readonly start?: number;
  readonly count?: number;
}

/** What V8 tells of an object; Node's types leave out the private members of a class. */
type Properties = Runtime.GetPropertiesReturnType & {
  readonly privateProperties?: readonly Runtime.PropertyDescriptor[];
};

// As many elements of an array are listed when nobody says how many.
const maxListed = 1000;

/** What clients look into, by reference. */
export class Variables {
  /** Whether variables come with their types. */
  tellsTypes = true;
  readonly #target: Target;
  readonly #containers = new Map<number, Container>();
  #last = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The reference of the objects of a scope. */
  scope(options: ScopeOptions & { readonly group: Group }): number {
    return this.#refer({ ...options, isScope: true });
  }

  /** A value as a variable. */
  describe(
    name: string,
    value: Runtime.RemoteObject,
    { group, path }: { group: Group; path?: string },
  ): Variable {
    const { objectId } = value;
    const reference =
      objectId === undefined
        ? 0
        : this.#refer({ objectIds: [objectId], isScope: false, group, ...(path !== undefined && { path }) });
    const length = value.subtype === "array" || value.subtype === "typedarray" ? lengthOf(value) : undefined;
    return {
      name,
      value: valueText(value),
      ...(this.tellsTypes && { type: typeText(value) }),
      variablesReference: reference,
      ...(path !== undefined && { evaluateName: path }),
      ...(length !== undefined && { indexedVariables: length, namedVariables: 1 }),
    };
  }

  /**
   * What is inside of a reference.
   *
   * @throws DebugError `unknown-variable`
   */
  async inside(reference: number, part: Part): Promise<Variable[]> {
    const container = this.#containers.get(reference);
    if (container === undefined)
      throw new DebugError(
        "unknown-variable",
        `Cannot look into variable ${reference}: there is none with that reference, or the program has gone on`,
      );
    const found = new Map<string, Variable>();
    for (const { name, value } of container.extra ?? [])
      found.set(name, this.describe(name, value, { group: container.group }));
    for (const objectId of container.objectIds) {
      for (const one of await this.#properties(objectId, container)) {
        if (!found.has(one.name)) found.set(one.name, one);
      }
    }
    return partOf([...found.values()], part, container.isScope);
  }

  /** The object that a reference stands for; of a scope, the innermost. */
  objectOf(reference: number): string | undefined {
    return this.#containers.get(reference)?.objectIds[0];
  }

  /** The frame that a scope is of, where it is of one. */
  frameOf(reference: number): number | undefined {
    return this.#containers.get(reference)?.frameId;
  }

  /** Whether a reference is that of a scope. */
  isScope(reference: number): boolean {
    return this.#containers.get(reference)?.isScope === true;
  }

  /** Forgets the references of a group, and lets go of what they stand for. */
  forget(group: Group): void {
    for (const [reference, container] of this.#containers) {
      if (container.group === group) this.#containers.delete(reference);
    }
    this.#target.post("Runtime.releaseObjectGroup", { objectGroup: group }).catch(() => undefined);
  }

  #refer(container: Container): number {
    this.#containers.set((this.#last += 1), container);
    return this.#last;
  }

  async #properties(objectId: string, { isScope, path, group }: Container): Promise<Variable[]> {
    const answer = await this.#target.post<Properties>("Runtime.getProperties", {
      objectId,
      ownProperties: true,
      generatePreview: true,
    });
    const variables = [...answer.result, ...(answer.privateProperties ?? [])]
      .filter(({ name }) => !(isScope && (isHidden(name) || name === "this")))
      .map((one) => this.#property(one, { isScope, path, group }));
    const internal = (answer.internalProperties ?? []).filter(({ name }) => !isScope && isShown(name));
    return [
      ...variables,
      ...internal.flatMap(({ name, value }) =>
        value === undefined
          ? []
          : [{ ...this.describe(name, value, { group }), presentationHint: { kind: "virtual" } }],
      ),
    ];
  }

  // A getter is not run: it is told that there is one.
  #property(
    { name, value, get, symbol }: Runtime.PropertyDescriptor,
    { isScope, path, group }: { isScope: boolean; path: string | undefined; group: Group },
  ): Variable {
    const typed = isScope ? typedName(name) : name;
    const inner = symbol === undefined ? pathTo(typed, isScope ? undefined : path, isScope) : undefined;
    if (value !== undefined)
      return this.describe(typed, value, { group, ...(inner !== undefined && { path: inner }) });
    const isGetter = get !== undefined && get.type === "function";
    return {
      name: typed,
      value: isGetter ? "(getter)" : isScope ? "(not yet initialized)" : "(setter)",
      ...(this.tellsTypes && { type: "accessor" }),
      variablesReference: 0,
      ...(inner !== undefined && isGetter && { evaluateName: inner }),
      presentationHint: { kind: "property", lazy: false },
    };
  }
}

// What V8 adds: what is in a Map, what a promise has come to, what a proxy stands for. Scopes of functions and the like are left out.
function isShown(name: string): boolean {
  return /^\[\[(?:Entries|PromiseState|PromiseResult|PrimitiveValue|Target|Handler|BoundThis|TargetFunction|BoundArgs|Prototype)\]\]$/u.test(
    name,
  );
}

function pathTo(name: string, outer: string | undefined, isScope: boolean): string | undefined {
  if (isScope) return name;
  if (outer === undefined) return undefined;
  if (/^(?:0|[1-9]\d*)$/u.test(name)) return `${outer}[${name}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${outer}.${name}`
    : `${outer}[${JSON.stringify(name)}]`;
}

// `Array(3)`, `Float64Array(1000)`
function lengthOf({ description = "" }: Runtime.RemoteObject): number | undefined {
  const length = /\((\d+)\)$/u.exec(description)?.[1];
  return length === undefined ? undefined : Number(length);
}

function partOf(all: Variable[], { filter, start = 0, count = 0 }: Part, isScope: boolean): Variable[] {
  if (isScope) return count > 0 ? all.slice(start, start + count) : all;
  const isIndexed = ({ name }: Variable): boolean => /^\d+$/u.test(name);
  const wanted = filter === undefined ? all : all.filter((one) => isIndexed(one) === (filter === "indexed"));
  const end = count > 0 ? start + count : start + maxListed;
  return wanted.slice(start, end);
}
