import type { CurrentOutput } from "./current-output.ts";
import { createDisplay, displayBy } from "./display.ts";
import type { DisplayHandle } from "./display-handle.ts";
import type { Display } from "./display.ts";

/** What `import ... from "tslab"` gives, so that notebooks written for tslab run. */
export interface Tslab extends TslabExports {
  /** The same, for who imports it as a whole. */
  readonly default: TslabExports;
}

interface TslabExports {
  readonly versions: Readonly<Record<"tslab" | "typescript" | "node", string>>;
  readonly display: Display;
  /** A `display` all of whose calls show in one place. */
  newDisplay(): Display;
}

/**
 * Makes the `tslab` module of a session.
 *
 * Source: the public face of https://www.npmjs.com/package/tslab (Y. Unno).
 */
export function createTslab(current: CurrentOutput, typescript: string): Tslab {
  const display = createDisplay(current);
  const exports: TslabExports = {
    versions: { tslab: "1.0.22", typescript, node: process.version },
    display,
    newDisplay: () => {
      let shown: DisplayHandle | undefined;
      return displayBy((content) => {
        if (shown === undefined) shown = display(content);
        else shown.update(content);
        return shown;
      });
    },
  };
  return { ...exports, default: exports };
}
