import { randomUUID } from "node:crypto";
import type { CellHost } from "../../magics/index.ts";
import type { CurrentOutput } from "../display/index.ts";
import type { Engine } from "../engine/engine.ts";

/** What a {@link CellHost} is made of. */
export interface HostParts {
  readonly engine: Engine;
  readonly current: CurrentOutput;
  readonly kernelNames: CellHost["kernelNames"];
  /** Takes what the running cell wants to have shown in the pager. */
  readonly page: CellHost["page"];
}

/** What the magics need from a kernel, over the engine and the outputs of cells. */
export function createHost({ engine, current, kernelNames, page }: HostParts): CellHost {
  return {
    folder: engine.folder,
    kernelNames,
    get signal() {
      return engine.currentCell?.signal ?? never;
    },
    define: (name, value) => engine.define(name, value),
    module: (code, { free, title }) =>
      engine.module(code, title === undefined ? { free } : { free, name: title }),
    declaration: (name) => {
      const found = engine.declaration(name);
      return found?.text === undefined ? undefined : { text: found.text, kind: found.kind };
    },
    lookup: (name) => engine.lookup(name),
    names: () => engine.names().map(({ name }) => name),
    reaches: (code) => engine.reaches(code),
    display: (bundle, metadata = {}) => {
      const output = current.get();
      const displayId = randomUUID();
      output?.display({ bundle, metadata, displayId });
      return {
        update: (later) => output?.display({ bundle: later, metadata, displayId, isUpdate: true }),
      };
    },
    page,
    print: (text, stream = "stdout") => void current.print(stream, text),
    capture: (sink, run) => current.capture(sink, run),
  };
}

// Outside of a cell nothing can be interrupted.
const never = new AbortController().signal;
