import { checkConfig, configDependencies, configSelfPaths } from "../../core/config.ts";
import type { Json } from "../../core/config.ts";
import { canonicalSyntax } from "../../core/code/syntax.ts";
import { MagicError } from "../errors.ts";
import type { CellHost } from "../host.ts";
import { describeLive } from "./describe.ts";
import { importOf, initialiserOf, tryUnits } from "../../core/code/units.ts";
import type { ModuleUnits, Unit } from "../../core/code/units.ts";

/** What a name from an earlier cell is taken along as. */
export type Captured =
  /** A snapshot of plain data. */
  | { readonly kind: "json"; readonly value: Json }
  /** The source of a function or class, and the other captured names that it uses. */
  | { readonly kind: "source"; readonly text: string; readonly uses: readonly string[] }
  /** An import statement that binds the name, and those of its cell that bind none: what they do, it may need. */
  | { readonly kind: "import"; readonly text: string };

/** What {@link captureNames} needs. */
export interface CaptureOptions {
  readonly host: CellHost;
  /** The stage that takes the names along, for messages. */
  readonly stage: string;
  /** Names that need no capture: those of core, which every cell has. */
  readonly provided: ReadonlySet<string>;
}

// Captured data goes into the stage's config, which people read and which every rerun hashes.
const maxJsonBytes = 256 * 1024;

// What the JavaScript of this process has before any cell has run.
const builtins: ReadonlySet<string> = new Set([
  ...globalNames(),
  "undefined",
  "arguments",
  "eval",
  "require",
]);

/**
 * Follows names of the session, and what functions among them use, to everything that has to be taken along: data as
 * a snapshot, functions and classes as source, imports as imports. In order of need: what a thing uses comes before it.
 *
 * @throws MagicError `cannot-capture` naming the name, what it is, who uses it, and what to do.
 */
export function captureNames(names: Iterable<string>, options: CaptureOptions): Map<string, Captured> {
  const captured = new Map<string, Captured>();
  const started = new Set<string>();
  const visit = (name: string, user: string): void => {
    if (started.has(name) || !isSessionName(name, options)) return;
    started.add(name);
    const one = captureName(name, user, options);
    if (one.kind === "source") for (const used of one.uses) visit(used, `the function "${name}"`);
    captured.set(name, one);
  };
  for (const name of [...names].sort()) visit(name, "its realizer");
  return captured;
}

/** The text as which one name of the session would be taken along now; nothing when it could not be. */
export function captureText(name: string, options: CaptureOptions): string | undefined {
  try {
    const captured = captureName(name, "its realizer", options);
    return captured.kind === "json" ? JSON.stringify(captured.value) : captured.text;
  } catch (error) {
    if (error instanceof MagicError) return undefined;
    throw error;
  }
}

/** Whether a free name of a cell stands for something that an earlier cell or a magic made. */
export function isSessionName(name: string, options: Pick<CaptureOptions, "host" | "provided">): boolean {
  if (options.host.declaration(name) !== undefined) return true;
  return !options.provided.has(name) && !builtins.has(name);
}

/** The text of a module that declares and exports the captured names; data is not in it but free. */
export function captureModule(captured: ReadonlyMap<string, Captured>): string {
  const declared = [...captured].filter(([, one]) => one.kind !== "json");
  const texts = declared.map(([, one]) => (one.kind === "json" ? "" : one.text));
  return `${texts.join("\n")}\nexport { ${declared.map(([name]) => name).join(", ")} };\n`;
}

function captureName(name: string, user: string, options: CaptureOptions): Captured {
  const { host } = options;
  const live = host.lookup(name);
  if (live === undefined) throw unknownName(name, user, options);
  if (name === "__dirname" || name === "__filename") throw placeOfNotebook(name, user, options);
  const declaration = host.declaration(name);
  const module = declaration === undefined ? undefined : tryUnits(declaration.text);
  const unit = module?.units.find(({ declares }) => declares.includes(name));
  const imported = unit && importText(name, unit);
  if (imported !== undefined)
    return { kind: "import", text: [imported, ...(declaration?.beside ?? [])].join("\n") };
  if (typeof live.value === "function") {
    const source = module && unit ? functionText(name, module, unit) : undefined;
    if (module === undefined || source === undefined) throw cannotCapture(name, live.value, user, options);
    if (!isSourceOf(source.code, live.value)) throw reassigned(name, user, options);
    return { kind: "source", text: source.declaration, uses: [...(unit?.uses ?? [])].sort() };
  }
  return { kind: "json", value: snapshot(name, live.value, user, options) };
}

// `import ...`, and `const x = await import("...")` in its forms.
function importText(name: string, unit: Unit): string | undefined {
  if (unit.node.type === "ImportDeclaration") return importOf(name, unit.node);
  const node = unit.node.type === "ExportNamedDeclaration" ? unit.node.declaration : unit.node;
  if (node?.type !== "VariableDeclaration") return undefined;
  for (const { id, init } of node.declarations) {
    if (init?.type !== "AwaitExpression" || init.argument.type !== "ImportExpression") continue;
    const { source } = init.argument;
    if (source.type !== "Literal" || typeof source.value !== "string") continue;
    const from = JSON.stringify(source.value);
    if (id.type === "Identifier" && id.name === name) return `import * as ${name} from ${from};`;
    if (id.type !== "ObjectPattern") continue;
    for (const property of id.properties) {
      if (property.type !== "Property" || property.computed || property.value.type !== "Identifier") continue;
      if (property.value.name !== name || property.key.type !== "Identifier") continue;
      const exported = property.key.name;
      return `import { ${exported === name ? name : `${exported} as ${name}`} } from ${from};`;
    }
  }
  return undefined;
}

interface FunctionText {
  /** A statement that declares the name. */
  readonly declaration: string;
  /** The function or class alone. */
  readonly code: string;
}

function functionText(name: string, { plain }: ModuleUnits, unit: Unit): FunctionText | undefined {
  const node = unit.node.type === "ExportNamedDeclaration" ? unit.node.declaration : unit.node;
  if (node?.type === "FunctionDeclaration" || node?.type === "ClassDeclaration") {
    const code = plain.code.slice(node.start, node.end);
    return { declaration: code, code };
  }
  const init = initialiserOf(unit, name);
  const isFunction =
    init?.type === "ArrowFunctionExpression" ||
    init?.type === "FunctionExpression" ||
    init?.type === "ClassExpression";
  if (!isFunction) return undefined;
  const code = plain.code.slice(init.start, init.end);
  return { declaration: `const ${name} = ${code};`, code };
}

// A name may have been given another function since its declaration.
function isSourceOf(code: string, value: unknown): boolean {
  const live = canonicalSyntax(Function.prototype.toString.call(value));
  return live === undefined || live === canonicalSyntax(code);
}

function snapshot(name: string, value: unknown, user: string, options: CaptureOptions): Json {
  let json: Json | undefined;
  try {
    json = checkConfig({ [name]: value }, { title: "captured" })[name];
  } catch (error) {
    throw cannotCapture(name, value, user, options, error);
  }
  // Addresses and self paths in a config mean something: captured, they would become dependencies and promises.
  if (json === undefined || configDependencies(json).length + configSelfPaths(json).length > 0) {
    throw cannotCapture(name, value, user, options);
  }
  const sizeBytes = JSON.stringify(json).length;
  if (sizeBytes > maxJsonBytes) throw tooLarge(name, sizeBytes, options);
  return json;
}

function cannotCapture(
  name: string,
  value: unknown,
  user: string,
  { stage }: CaptureOptions,
  cause?: unknown,
): MagicError {
  const { kind, advice } = describeLive(name, value);
  const inside = kind.startsWith("a live object") ? insideOf(name, cause) : "";
  const message = `Cannot capture "${name}" for stage "${stage}": it is ${kind}${inside}, and ${user} uses it. What to do: ${advice}`;
  // Of an object, the message says it all.
  const options = typeof value === "object" ? {} : { cause };
  return new MagicError("cannot-capture", message, { name, kind, stage }, options);
}

// `captured.table[2].when is an instance of Date` says more than that the whole is no plain data.
function insideOf(name: string, cause: unknown): string {
  const text =
    cause instanceof Error ? /captured(\S*) (is|has|contains) (.*?)(?:;|$)/u.exec(cause.message) : null;
  const [, path = "", verb = "", what = ""] = text ?? [];
  return text === null || path === `.${name}` ? "" : ` (${path.slice(1)} ${verb} ${what})`;
}

function unknownName(name: string, user: string, { stage }: CaptureOptions): MagicError {
  const message = `Cannot capture "${name}" for stage "${stage}": no earlier cell defines it, and ${user} uses it. Run the cell that defines it first, or correct the name`;
  return new MagicError("cannot-capture", message, { name, kind: "undefined", stage });
}

function placeOfNotebook(name: string, user: string, { stage }: CaptureOptions): MagicError {
  const kind = "the place of the notebook";
  const message = `Cannot capture "${name}" for stage "${stage}": it is ${kind}, and ${user} uses it, so that the stage would be another one for everybody else. What to do: put what lies there into a stage (fetchLocal), and that stage into config`;
  return new MagicError("cannot-capture", message, { name, kind, stage });
}

function reassigned(name: string, user: string, { stage }: CaptureOptions): MagicError {
  const message = `Cannot capture "${name}" for stage "${stage}": it is a function that is not the one its cell declares any more, and ${user} uses it. Run the cell that declares it again, or declare the new function by that name`;
  return new MagicError("cannot-capture", message, { name, kind: "reassigned", stage });
}

function tooLarge(name: string, sizeBytes: number, { stage }: CaptureOptions): MagicError {
  const kilobytes = Math.round(sizeBytes / 1024);
  const message = `Cannot capture "${name}" for stage "${stage}": it is ${kilobytes} kB of JSON, and captured data is part of the config (at most ${maxJsonBytes / 1024} kB). Make a stage that writes it, and put that stage into config`;
  return new MagicError("cannot-capture", message, { name, kind: "large", stage });
}

function globalNames(): string[] {
  const names: string[] = [];
  for (
    let object: object | null = globalThis;
    object !== null;
    object = Object.getPrototypeOf(object) as object | null
  ) {
    names.push(...Object.getOwnPropertyNames(object));
  }
  return names;
}
