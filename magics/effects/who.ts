import { types } from "node:util";
import type { CellHost, DefinedName } from "../host.ts";
import { namesView } from "../views/names.ts";

/** What `%who` does. */
export function whoEffect({ host }: { readonly host: CellHost }): void {
  const names = host.defined().filter(({ isImport }) => !isImport);
  host.print(names.length === 0 ? "no names yet\n" : `${names.map(({ name }) => name).join("  ")}\n`);
}

/** What `%whos` does. */
export function whosEffect({ host }: { readonly host: CellHost }): void {
  host.display(namesView(host.defined().map((one) => stageByName(one, host))));
}

// The parts of a stage say less than its name.
function stageByName(one: DefinedName, host: CellHost): DefinedName {
  const value = host.lookup(one.name)?.value;
  const name = ownValue(value, "kind") === "stage" ? ownValue(value, "name") : undefined;
  return typeof name === "string" ? { ...one, kind: "stage", preview: name } : one;
}

// No getter runs, and no trap of a proxy.
function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value as unknown;
}
