import { randomUUID } from "node:crypto";
import type { CellHost } from "../../magics/index.ts";
import type { CaptureSink } from "../../core/index.ts";
import type { CellOutput, CurrentOutput, MimeBundle } from "../display/index.ts";
import type { Engine } from "../engine/engine.ts";

/** What a {@link CellHost} is made of. */
export interface HostParts {
  readonly engine: Engine;
  readonly current: CurrentOutput;
  readonly kernelNames: CellHost["kernelNames"];
  /** Is told that names were forgotten: all, unless they are given. */
  readonly forgot: (names: readonly string[] | undefined) => void;
  /** Takes what the running cell wants to have shown in the pager. */
  readonly page: CellHost["page"];
  /** What cells were, by their number. */
  readonly inputs: CellHost["inputs"];
}

/** What the magics need from a kernel, over the engine and the outputs of cells. */
export function createHost({ engine, current, kernelNames, forgot, page, inputs }: HostParts): CellHost {
  const byMagics = new Set<string>();
  return {
    folder: engine.folder,
    get workingFolder() {
      return process.cwd();
    },
    set workingFolder(folder) {
      process.chdir(folder);
    },
    kernelNames,
    get signal() {
      return engine.currentCell?.signal ?? never;
    },
    define: (name, value) => {
      byMagics.add(name);
      engine.define(name, value);
    },
    module: (code, { free, title, alias }) =>
      engine.module(code, {
        free,
        ...(title !== undefined && { name: title }),
        ...(alias !== undefined && { alias }),
      }),
    declaration: (name) => {
      const found = engine.declaration(name);
      if (found?.text === undefined) return undefined;
      const { text, kind, beside } = found;
      return { text, kind, ...(beside !== undefined && { beside }) };
    },
    lookup: (name) => engine.lookup(name),
    forget: (names) => {
      const forgotten = engine.forget(names);
      for (const name of forgotten) byMagics.delete(name);
      forgot(names === undefined ? undefined : forgotten);
      return forgotten;
    },
    names: () => engine.names().map(({ name }) => name),
    defined: () => definedNames(engine, byMagics),
    display: (bundle, metadata = {}) => showIn(current.cell(), bundle, metadata),
    page,
    inputs,
    print: (text, stream = "stdout") => void current.print(stream, text),
    clear: (wait) => current.cell()?.clear(wait),
    capture: (sink, run) => current.capture(outputOf(sink), run),
  };
}

// What is neither of a cell nor of a magic is the kernel's own.
function definedNames(engine: Engine, byMagics: ReadonlySet<string>): ReturnType<CellHost["defined"]> {
  return engine.names().flatMap(({ name, kind, text, cell }) => {
    const isOwn = text === undefined && !byMagics.has(name);
    const value = isOwn ? undefined : engine.describe([name]);
    if (value === undefined) return [];
    const { kind: what, preview } = value;
    return [{ name, isImport: kind === "import", kind: what, preview, ...(cell !== undefined && { cell }) }];
  });
}

function showIn(
  output: CellOutput | undefined,
  bundle: MimeBundle,
  metadata: Readonly<Record<string, unknown>>,
): ReturnType<CellHost["display"]> {
  const displayId = randomUUID();
  output?.display({ bundle, metadata, displayId });
  return {
    update: (later, about = metadata) =>
      output?.display({ bundle: later, metadata: about, displayId, isUpdate: true }),
  };
}

/** What a realizer shows by means of the kernel, as core takes it. */
export function outputOf(sink: CaptureSink): CellOutput {
  return {
    stream: (name, text) => sink.log(name, text),
    display: ({ bundle, metadata, displayId, isUpdate }) =>
      sink.display({
        bundle,
        metadata,
        ...(displayId !== undefined && { id: displayId }),
        ...(isUpdate === true && { isUpdate }),
      }),
    clear: (wait) => sink.clear(wait),
  };
}

// Outside of a cell nothing can be interrupted.
const never = new AbortController().signal;
