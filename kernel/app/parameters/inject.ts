import { isJsonObject } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/json.ts";
import { AppError } from "../errors.ts";
import { hasTag, textOf } from "../notebook.ts";
import type { Cell, Notebook } from "../notebook.ts";
import { declaredVariables, isVariableName } from "./declared.ts";
import type { DeclaredVariable } from "./declared.ts";

/** A notebook that has been given parameters. */
export interface Parameterized {
  readonly notebook: Notebook;
  /** Whether there is a cell with the tag `parameters`, which says what parameters there are. */
  readonly isTagged: boolean;
}

const injectedTag = "injected-parameters";

/**
 * Gives parameters to a notebook: a cell behind the one with the tag `parameters` sets them, or one at the top when none has
 * that tag. It takes the place of the cell that was put there for an earlier run. What was given is kept in the notebook's metadata.
 *
 * Source: papermill/parameterize.py.
 *
 * @throws {AppError} `unknown-parameter` when the cell with the tag does not declare it; without such a cell,
 * `overridden-parameter` when a later one does; `bad-parameter` when it is no name; `bad-parameters-cell` when that cell cannot be read
 */
export function injectParameters(given: Notebook, values: JsonObject): Parameterized {
  const notebook = withoutInjected(given);
  const at = notebook.cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, "parameters"));
  const tagged = notebook.cells[at];
  const lines = tagged === undefined ? declarations(notebook, values) : settings(tagged, values);
  const cells = notebook.cells.toSpliced(at + 1, 0, injectedCell(["// Parameters", ...lines], notebook));
  return {
    notebook: { ...notebook, cells, metadata: noted(notebook, values) },
    isTagged: tagged !== undefined,
  };
}

function withoutInjected(notebook: Notebook): Notebook {
  return { ...notebook, cells: notebook.cells.filter((cell) => !hasTag(cell, injectedTag)) };
}

function settings({ source }: Cell, values: JsonObject): string[] {
  const declared = declaredVariables(textOf(source));
  if (declared === undefined) {
    const text = 'Cannot give parameters to the notebook: the cell tagged "parameters" is no TypeScript';
    throw new AppError("bad-parameters-cell", text, { source: textOf(source) });
  }
  const byName = new Map(declared.map((one) => [one.name, one]));
  return Object.entries(values).map(([name, value]) => {
    const variable = byName.get(name);
    if (variable === undefined) throw unknown(name, [...byName.keys()]);
    return setting(variable, value);
  });
}

// A constant is declared anew, with the type that it had: what fits a variable, the check of its assignment says.
function setting({ name, isConstant, type }: DeclaredVariable, value: unknown): string {
  if (!isConstant) return `${name} = ${literal(value)};`;
  return `const ${name}${type === undefined ? "" : `: ${type}`} = ${literal(value)};`;
}

function declarations(notebook: Notebook, values: JsonObject): string[] {
  return Object.entries(values).map(([name, value]) => {
    if (!isVariableName(name)) {
      const text = `Cannot set the parameter "${name}": that is no name of a variable`;
      throw new AppError("bad-parameter", text, { name });
    }
    const other = notebook.cells.find((cell) => declares(cell, name));
    if (other !== undefined) throw overridden(name, textOf(other.source));
    return `let ${name} = ${literal(value)};`;
  });
}

function declares(cell: Cell, name: string): boolean {
  if (cell.cell_type !== "code") return false;
  return declaredVariables(textOf(cell.source))?.some((one) => one.name === name) === true;
}

function literal(value: unknown): string {
  // In the text of a program, unlike in JSON, "__proto__" would set the prototype.
  return JSON.stringify(value).replaceAll(/"__proto__"(?=:)/gu, '["__proto__"]');
}

function injectedCell(lines: readonly string[], { nbformat_minor: minor }: Notebook): Cell {
  return {
    cell_type: "code",
    ...(minor >= 5 && { id: injectedTag }),
    metadata: { tags: [injectedTag] },
    source: lines.join("\n"),
    execution_count: null,
    outputs: [],
  };
}

function noted({ metadata }: Notebook, parameters: JsonObject): Notebook["metadata"] {
  const own = metadata["lightnix"];
  return { ...metadata, lightnix: { ...(isJsonObject(own) && own), parameters } };
}

function unknown(name: string, known: readonly string[]): AppError {
  const there = known.length === 0 ? "declares no variables" : `declares ${known.join(", ")}`;
  const text = `Cannot set the parameter "${name}": the cell tagged "parameters" ${there}`;
  return new AppError("unknown-parameter", text, { name, known });
}

function overridden(name: string, source: string): AppError {
  const line = source.split("\n").find((one) => one.trim() !== "") ?? "";
  const text = `Cannot set the parameter "${name}": the cell that begins with "${line.trim()}" declares it, and would undo that. Tag this cell "parameters"`;
  return new AppError("overridden-parameter", text, { name, source });
}
