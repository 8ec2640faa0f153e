import { moduleUnits } from "../../core/code/units.ts";
import { storeNames } from "../../core/stage/given-modules.ts";
import { captureModule, captureNames, type Captured } from "./capture.ts";
import type { CellRealizer } from "./cell-code.ts";

type Parts = Pick<CellRealizer, "name" | "host" | "provided" | "captured" | "hasData">;

/** Gives the modules of a stage's code the names that cells have without declaring them. */
export class CapturedScope {
  readonly #parts: Parts;
  /** What the matcher alone uses, as it is now. */
  readonly #more = new Map<string, Captured>();
  readonly #host = new Set<string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Statements, in one line, that bind names.
   *
   * @throws MagicError `cannot-capture`
   */
  bind(names: readonly string[]): string {
    const { name, host, provided, captured } = this.#parts;
    const missing = names.filter((one) => !captured.has(one) && !this.#more.has(one));
    for (const [one, value] of captureNames(missing, { host, stage: name, provided }))
      this.#more.set(one, value);
    return this.#statements(names);
  }

  /** The module of captured functions, classes and imports. */
  module(): string {
    const all = new Map([...this.#parts.captured, ...this.#more]);
    const text = captureModule(all);
    const { free } = moduleUnits(text);
    return `${this.#statements([...free])} ${text}`;
  }

  /** Names of the host that are used. */
  hostNames(): string[] {
    return [...this.#host].sort();
  }

  #statements(names: readonly string[]): string {
    const { host, provided, captured, hasData = false } = this.#parts;
    const cells: string[] = [];
    const data: string[] = [];
    const own: string[] = [];
    const ofStore: string[] = [];
    const given: string[] = [];
    const constants: string[] = [];
    for (const name of names.toSorted()) {
      const one = captured.get(name) ?? this.#more.get(name);
      if (one !== undefined && one.kind !== "json") cells.push(name);
      else if (captured.has(name) && !hasData) data.push(name);
      else if (one !== undefined) constants.push(`const ${name} = ${JSON.stringify(one.value)};`);
      else if (Object.hasOwn(host.kernelNames, name)) given.push(name);
      else if (provided.has(name)) (storeNames.has(name) ? ofStore : own).push(name);
    }
    for (const name of given) this.#host.add(name);
    return [
      ...imports(own, "lightnix"),
      ...imports(ofStore, "lightnix:store"),
      ...imports(cells, "lightnix:cells"),
      ...fields(data, "lightnix:captured", "lightnix$captured"),
      ...fields(given, "lightnix:host", "lightnix$host"),
      ...constants,
    ].join(" ");
  }
}

function imports(names: readonly string[], from: string): string[] {
  return names.length === 0 ? [] : [`import { ${names.join(", ")} } from "${from}";`];
}

function fields(names: readonly string[], from: string, as: string): string[] {
  return names.length === 0 ? [] : [`import ${as} from "${from}";`, `const { ${names.join(", ")} } = ${as};`];
}
