import { stage } from "../../core/index.ts";
import type { Matcher, Realizer, Stage } from "../../core/index.ts";
import { isStage } from "../../core/config.ts";
import { errorCode, LightnixError } from "../../core/errors.ts";
import { isName } from "../../core/ref.ts";
import { openRealizer } from "../../core/stage/bundle.ts";
import { describeStage } from "../../core/stage/describe.ts";
import { isIdentifier } from "../identifier.ts";
import { lineOfConfigPath } from "../capture/config-line.ts";
import { closeCell } from "../capture/close.ts";
import { evaluateStageCell } from "../capture/stage-cell.ts";
import { MagicError } from "../errors.ts";
import { readStage } from "../facts/stage.ts";
import { limitsOf } from "../limits.ts";
import { defineMagic } from "../registry.ts";
import type { Magic, MagicContext } from "../registry.ts";
import { scopeNames } from "../scope-declarations.ts";
import { sessionScope } from "../scope.ts";
import { staleness } from "../staleness.ts";
import { stageView } from "../views/stage.ts";

/** `%%stage name`: the cell is a module that defines a stage. */
export const stageMagic: Magic = defineMagic({
  name: "stage",
  kind: "cell",
  summary: "defines a stage: config, matcher and realizer",
  help: `
The cell is a module of its own. It exports

  config     the prerequisites: JSON, other stages, self("...") for artifacts it promises
  matcher    which outcomes count; only() when left out
  default    the realizer: async (build) => { ... }

and the name is bound to the stage in later cells. Nothing runs until it is realized.

Names of earlier cells can be used. In config and matcher they have their value of now. In the realizer,
data is kept as it is now and becomes part of the config; functions and classes are kept as source, and
imports are imported again. Later changes of them change nothing about the stage; %realize says when it is
behind of them, and its cell, run again, takes the new ones. A stage cannot be used inside the realizer: put it into config and read
build.lens.

%%stage digits
export const config = { count: 1000, table: self("digits.csv") };
export default async (build: Build) => {
  await writeFile(build.path("digits.csv"), makeDigits(build.config.count));
};`,
  args: {
    name: { type: "word", summary: "the stage's name, which later cells use as a variable" },
    outs: {
      type: "number",
      placeholder: "N",
      min: 1,
      summary: "how many outcomes one run of the realizer makes",
    },
    time: { type: "number", placeholder: "S", min: 1, summary: "stop a run after S seconds" },
    memory: {
      type: "text",
      placeholder: "2GB",
      summary: "stop a run in a process of its own that takes more",
    },
    open: {
      type: "switch",
      summary: "its code is not taken along: only this notebook can realize it",
    },
  },
  typescriptBody: true,
  types: ({ args }) => {
    const name = args.values["name"];
    const local = "__lightnix_stage";
    return {
      epilogue: `type Build = import("lightnix").Build<typeof config>;\nexport declare const ${local}: import("lightnix").Stage<typeof config>;\n`,
      binds: typeof name === "string" && isIdentifier(name) ? [{ name, local }] : [],
    };
  },
  run: async ({ args, body, host, session }) => {
    checkStageName(args.name);
    let made: Stage;
    try {
      made = await defineStage(args, { body, host, session });
    } catch (error) {
      throw withWhatIsLeft(args.name, error, { host, session });
    }
    host.define(args.name, made);
    session.provenance.bind(args.name, made);
    host.display(stageView(await readStage(made, session.store), staleness(made, host, session)));
  },
});

interface StageArguments {
  readonly name: string;
  readonly outs: number | undefined;
  readonly time: number | undefined;
  readonly memory: string | undefined;
  readonly open: boolean;
}

type Place = Pick<MagicContext, "host" | "session">;

async function defineStage(
  { name, outs, time, memory, open }: StageArguments,
  { body, host, session }: Place & { readonly body: string },
): Promise<Stage> {
  const limits = limitsOf(time, memory);
  const scope = { ...host.kernelNames, ...sessionScope(session, host) };
  const cell = await evaluateStageCell(body, { name, host, scope });
  checkRealizer(name, cell.realize);
  if (open) openRealizer(cell.realize as Realizer<never>, "it was defined with --open");
  else closeCell(cell.realize as Realizer<never>, cell);
  const made = withConfigLine(cell.module, () =>
    stage({
      name,
      config: cell.config as object,
      matcher: cell.matcher as Matcher | undefined,
      realize: cell.realize as Realizer<object>,
      outs,
      limits,
      source: cell.source,
      captured: Object.keys(cell.captured).length === 0 ? undefined : cell.captured,
    }),
  );
  session.provenance.note(made, { host, names: cell.module.free, isGathered: true });
  return made;
}

// Later cells go on with what the name meant before, and nobody would notice.
function withWhatIsLeft(name: string, error: unknown, { host, session }: Place): unknown {
  const before = host.lookup(name)?.value;
  session.provenance.fail(name, before);
  if (before !== undefined && !isStage(before)) return error;
  const left =
    before === undefined
      ? `"${name}" is not defined`
      : `"${name}" still means the stage defined before (${describeStage(before as Stage).dref.slice(5, 13)})`;
  if (error instanceof MagicError) {
    const { code, message, data, cause } = error;
    return new MagicError(code, `${message}\n${left}`, data, cause === undefined ? {} : { cause });
  }
  // What the cell's own code threw is shown as it was thrown.
  host.print(`${left}\n`, "stderr");
  return error;
}

function checkStageName(name: string): void {
  const refuse = (what: string): never => {
    throw new MagicError("bad-stage-name", `Cannot define stage "${name}": ${what}`, { stage: name });
  };
  const near = camelCase(name.normalize("NFD").replace(/\p{M}/gu, ""));
  const advice = isIdentifier(near) && isName(near) ? `. Call it ${near}` : "";
  if (isIdentifier(name) && !isName(name)) {
    refuse(`its folders in the store have that name, in which only A-Z a-z 0-9 _ . + - can be${advice}`);
  }
  if (!isIdentifier(name)) {
    refuse(`later cells use the name as a variable, and it cannot be one${advice}`);
  }
  if (scopeNames.includes(name)) refuse(`that is a name of Lightnix, which cells need. Call it ${name}Stage`);
}

function camelCase(name: string): string {
  return name
    .replace(/[^\p{L}\p{N}_]+(\S?)/gu, (_, next: string) => next.toUpperCase())
    .replace(/^\P{L}+/u, "");
}

function checkRealizer(name: string, realize: unknown): void {
  if (typeof realize === "function") return;
  throw new MagicError(
    "no-realizer",
    `Cannot define stage "${name}": its default export is no function. The realizer is what it exports by default: export default async (build) => { ... };`,
    { stage: name },
  );
}

// Core names the field; the cell knows its line.
function withConfigLine<T>(module: Parameters<typeof lineOfConfigPath>[0], make: () => T): T {
  try {
    return make();
  } catch (error) {
    const path = error instanceof LightnixError ? error.data["path"] : undefined;
    const line = typeof path === "string" ? lineOfConfigPath(module, path) : undefined;
    if (!(error instanceof LightnixError) || line === undefined) throw error;
    throw new MagicError(
      errorCode(error) ?? "invalid-config",
      `${error.message} (line ${line} of the cell)`,
      { ...error.data, line },
    );
  }
}
