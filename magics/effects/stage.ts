import { stage } from "../../core/index.ts";
import type { Matcher, Realizer, Stage } from "../../core/index.ts";
import { isStage } from "../../core/config.ts";
import { errorCode, LightnixError } from "../../core/errors.ts";
import { isName, shortHash } from "../../core/ref.ts";
import { openRealizer } from "../../core/stage/bundle.ts";
import { describeStage } from "../../core/stage/describe.ts";
import { isIdentifier } from "../identifier.ts";
import { lineOfConfigPath } from "../capture/config-line.ts";
import { closeCell } from "../capture/close.ts";
import { evaluateStageCell } from "../capture/stage-cell.ts";
import { MagicError } from "../errors.ts";
import { readStage } from "../facts/stage.ts";
import { limitsOf } from "../limits.ts";
import type { ArgumentValues } from "../argument-specs.ts";
import type { MagicContext } from "../registry.ts";
import { scopeNames } from "../scope-declarations.ts";
import { sessionScope } from "../scope.ts";
import { staleness } from "../staleness.ts";
import { stageView } from "../views/stage.ts";
import type { StageArguments } from "../commands/stage.ts";

/** What `%%stage` does. */
export async function stageEffect({
  args,
  body,
  host,
  session,
}: MagicContext<StageArguments>): Promise<void> {
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
}

type Place = Pick<MagicContext, "host" | "session">;

async function defineStage(
  { name, outs, time, memory, restricted, open }: ArgumentValues<StageArguments>,
  { body, host, session }: Place & { readonly body: string },
): Promise<Stage> {
  const limits = limitsOf({ time, memory, restricted });
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
      environment: cell.environment as readonly string[] | undefined,
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
      : `"${name}" still means the stage defined before (${shortHash(describeStage(before as Stage).dref)})`;
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
