import { Breakpoints } from "./breakpoints.ts";
import { Evaluation } from "./evaluation.ts";
import { Pauses } from "./pauses.ts";
import { Scripts } from "./scripts.ts";
import type { Sources } from "./sources.ts";
import { Target } from "./target.ts";
import { Variables } from "./variables.ts";

/** All that there is while the main thread is connected. */
export interface Connection {
  readonly target: Target;
  readonly scripts: Scripts;
  readonly variables: Variables;
  readonly breakpoints: Breakpoints;
  readonly pauses: Pauses;
  readonly evaluation: Evaluation;
  /** Has V8 pause before scripts run as long as there are breakpoints, so that they can be set in them. */
  readonly watchScripts: () => Promise<void>;
}

/** Connects with the main thread. Only for worker threads. */
export function connect({
  ownRoot,
  sources,
  tell,
}: {
  readonly ownRoot: string;
  readonly sources: Sources;
  readonly tell: (event: string, body: Readonly<Record<string, unknown>>) => void;
}): Connection {
  const target: Target = new Target({
    onScript: (script) => scripts.add(script),
    onPaused: (paused) => pauses.paused(paused),
    onResumed: () => pauses.resumed(),
  });
  const scripts = new Scripts({ target, sources, ownRoot });
  const variables = new Variables(target);
  const breakpoints = new Breakpoints({
    target,
    scripts,
    sources,
    onChanged: (breakpoint) => tell("breakpoint", { reason: "changed", breakpoint }),
  });
  const onGone = (): void => variables.forget("paused");
  const pauses = new Pauses({ target, scripts, sources, breakpoints, tell, onGone });
  const evaluation = new Evaluation(target, variables);
  const watchScripts = scriptWatch(target, breakpoints);
  return { target, scripts, variables, breakpoints, pauses, evaluation, watchScripts };
}

function scriptWatch(target: Target, breakpoints: Breakpoints): () => Promise<void> {
  let watching: string | undefined;
  return async () => {
    if (breakpoints.isEmpty === (watching === undefined)) return;
    if (watching === undefined) {
      const instrumentation = "beforeScriptExecution";
      ({ breakpointId: watching } = await target.post<{ readonly breakpointId: string }>(
        "Debugger.setInstrumentationBreakpoint",
        { instrumentation },
      ));
    } else {
      await target.post("Debugger.removeBreakpoint", { breakpointId: watching });
      watching = undefined;
    }
  };
}
