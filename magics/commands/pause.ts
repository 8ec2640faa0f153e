import { statSync } from "node:fs";
import { isStage } from "../../core/config.ts";
import { instantiate } from "../../core/index.ts";
import type { Closure, Store } from "../../core/index.ts";
import { isIdentifier } from "../identifier.ts";
import { MagicError } from "../errors.ts";
import { readHeld } from "../facts/held.ts";
import type { CellHost } from "../host.ts";
import { Paused } from "../paused.ts";
import { defineMagic } from "../registry.ts";
import type { Magic } from "../registry.ts";
import { runOptions } from "../run-options.ts";
import type { Session } from "../session.ts";
import { asTarget } from "../target.ts";
import { heldView } from "../views/held.ts";

/** `%pause expression`: holds a stage's build, to be done by hand. */
export const pauseMagic: Magic = defineMagic({
  name: "pause",
  kind: "line",
  summary: "holds the build of a stage, so that its outcome can be made by hand",
  help: `
%pause classifier                     realizes what it depends on, and hands out its build as the variable "build"
%pause report --at classifier         holds a stage that it depends on; report is built after %resume
%pause report --at digits,classifier  holds several: "build" is then an object of builds by name
%pause classifier --failed            goes on with what the last run left that failed or was interrupted
%pause                                shows what is held, as it is now

Fill the folder in as many cells as it takes (build.path("model.bin"), build.exec(...), parts of the realizer), then
%resume. %cancel gives it up. The outcome is marked as made by hand.`,
  args: {
    expression: { type: "expression", optional: true, summary: "a stage, or a closure" },
    at: {
      type: "text",
      placeholder: "name",
      summary: "hold this stage (or these: a,b) instead of the target",
    },
    as: {
      type: "text",
      placeholder: "name",
      identifier: true,
      summary: 'bind the build to this variable, not to "build"',
    },
    failed: { type: "switch", summary: "take over what the last run left that failed or was interrupted" },
    from: {
      type: "text",
      placeholder: "folder",
      summary: "take over this folder, which was kept of a build",
    },
    jobs: { type: "number", placeholder: "N", min: 1, summary: "how many other stages may run at once" },
  },
  types: ({ args, expression, index }) => {
    const { at, as = "build" } = args.values as { at?: string; as?: string };
    if (expression === "") return { epilogue: "", binds: [] };
    const helper = `__lightnix_held${index}`;
    const isOther = at !== undefined && !isIdentifier(at);
    const value = isOther ? `undefined as unknown as ${otherType(at)}` : `${helper}(${at ?? expression})`;
    const lines = [
      `declare function ${helper}<C>(target: import("lightnix").Stage<C> | import("lightnix").Closure<C>): import("lightnix").Build<C>;`,
      `const ${helper}_value = ${value};`,
      `export declare var ${as}: typeof ${helper}_value;`,
    ];
    return { epilogue: `\n${lines.join("\n")}\n`, binds: [{ name: as, local: as }] };
  },
  run: async ({ args, host, session }) => {
    if (args.expression === undefined) return await showHeld(session, host);
    const target = await asTarget(await args.expression.value(), args.expression.text, {
      store: session.store,
      host,
      doing: "pause",
      isNo: "stage, closure or derivation",
    });
    refuseSecond(session, args.expression.text);
    const { store } = session;
    const at = args.at?.split(",").filter((name) => name !== "");
    const closure = isStage(target) ? await instantiate(target, { store }) : target;
    const from = args.from ?? (args.failed ? await lastFailed(closure, at, store) : undefined);
    const paused = new Paused({
      host,
      target: closure,
      options: { ...runOptions(session, host), at, from, jobs: args.jobs },
      variable: args.as ?? "build",
      isMany: at !== undefined && at.length > 1,
    });
    await paused.start();
    session.paused = paused;
    return undefined;
  },
});

// What is known of the type of the build of a stage that no variable is called by.
function otherType(at: string): string {
  const build = `import("lightnix").Build`;
  return at.includes(",") ? `Readonly<Record<string, ${build}>>` : build;
}

async function showHeld(session: Session, host: CellHost): Promise<void> {
  const { paused } = session;
  const held = paused?.held;
  if (paused === undefined || held === undefined || !paused.isHeld)
    throw new MagicError(
      "not-held",
      'Cannot show what is held: nothing is. "%pause stage" holds the build of a stage',
    );
  host.display(heldView(await readHeld(held, paused)));
}

function refuseSecond({ paused }: Session, text: string): void {
  if (paused?.isHeld !== true) return;
  const { variable } = paused;
  throw new MagicError(
    "already-held",
    `Cannot pause "${text}": another realization is held already ("${variable}"). %resume or %cancel it first`,
    { variable },
  );
}

async function lastFailed(
  { derivations, dref: target }: Closure,
  at: readonly string[] | undefined,
  store: Store,
): Promise<string> {
  await store.sweep();
  const meant = derivations.filter(({ name }) => at === undefined || at.includes(name));
  const folders = meant.flatMap(({ dref }) => store.failedFolders(dref));
  const [last] = folders.sort((a, b) => changedMs(b) - changedMs(a));
  if (last !== undefined) return last;
  const name = derivations.find(({ dref }) => dref === target)?.name ?? "";
  throw new MagicError(
    "nothing-failed",
    `Cannot take over a run of "${name}": nothing was kept of any that failed or was interrupted, as the stages are now`,
    { target },
  );
}

function changedMs(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
