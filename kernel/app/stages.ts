import * as core from "../../core/index.ts";
import { createRunner, hasView, openSession, renderValue, sessionScope } from "../../magics/index.ts";
import type { CellHost, MagicRegistry, MagicRunner } from "../../magics/index.ts";
import type { CheckMode } from "../../magics/session.ts";
import type { MimeBundle } from "../display/index.ts";
import { childHostAddress } from "./child-host-address.ts";

/** What {@link openStages} works with. */
export interface StagesParts {
  readonly host: CellHost;
  readonly registry: MagicRegistry;
  /** Is told the ids of the processes that build stages. */
  readonly onProcesses: (pids: readonly number[]) => void;
}

/** What the cells of a notebook do with stages. */
export interface Stages {
  readonly magics: MagicRunner;
  /** The names of core as cells see them. */
  readonly scope: Readonly<Record<string, unknown>>;
  /** The module "lightnix" as cells import it: core, with what is bound to the session's store in its place. */
  readonly module: object;
  /** What type errors do to a cell. */
  readonly check: CheckMode;
  /** Whether a value is one of core's objects, which have views. */
  hasView(value: unknown): boolean;
  /** The view of one of core's objects; nothing for any other value. */
  render(value: unknown): Promise<MimeBundle | undefined>;
}

/** Makes what cells do with stages; core comes with it, so that this is loaded when a cell needs it. */
export function openStages({ host, registry, onProcesses }: StagesParts): Stages {
  const executor = core.processes({ folders: [host.folder], host: childHostAddress(), onProcesses });
  const session = openSession({ executor });
  const scope = sessionScope(session, host);
  return {
    magics: createRunner({ host, session, registry }),
    scope,
    module: { ...core, ...scope },
    get check() {
      return session.check;
    },
    hasView,
    render: async (value) => await renderValue(value, session, host),
  };
}
