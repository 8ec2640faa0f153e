import { dirname } from "node:path";
import {
  closureFromStore,
  errorCode,
  eventToJson,
  instantiate,
  linkInto,
  openStore,
  processes,
  realize$,
} from "../../../core/index.ts";
import type {
  Closure,
  Derivation,
  DRef,
  Json,
  RealizeEvent,
  RealizeOptions,
  RRef,
  Store,
} from "../../../core/index.ts";
import { advance, startProgress } from "../../../magics/realization-progress.ts";
import { keepCancelledAfterMs } from "../../../magics/run-options.ts";
import { messageOf } from "../../wire/json.ts";
import { childHostAddress } from "../child-host-address.ts";
import { defineCommand, type Command, type OptionValues } from "../command.ts";
import { AppError } from "../errors.ts";
import { ownStreams, type OwnStreams } from "../terminal/own-streams.ts";
import { painter, wantsColours } from "../terminal/paint.ts";
import { fullName, sumText } from "../terminal/realization-screen.ts";
import { liveView, noView, plainView, type RealizationView } from "../terminal/realization-view.ts";
import { readCount } from "./read-number.ts";
import { readTarget, targetUsage } from "./target.ts";
import { toldApart } from "../../../magics/told-apart.ts";

/** What the process exits with when it was told to stop: 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;

const realizeOptions = {
  root: { type: "string", value: "DIR", help: "the store (LIGHTNIX_ROOT, else your own)" },
  jobs: {
    type: "string",
    short: "j",
    value: "N",
    help: "how many realizers run at once (one for each processor)",
  },
  force: { type: "boolean", short: "f", help: "run the targets although there is something to reuse" },
  "keep-going": {
    type: "boolean",
    short: "k",
    help: "after a failure, go on with what does not depend on it",
  },
  new: { type: "string", value: "N", help: "make N new outcomes of each target" },
  outcomes: {
    type: "string",
    value: "N",
    help: "make as many as are missing to N outcomes of each target",
  },
  restricted: {
    type: "boolean",
    help: "let realizers write only into their own folders, and start neither processes nor threads",
  },
  args: { type: "string", value: "JSON", help: "what realizers find as build.args; part of no identity" },
  "dry-run": { type: "boolean", short: "n", help: "only say what would run" },
  substituters: {
    type: "string",
    value: "PLACES",
    help: "fetch from these URLs or folders, blanks between, before building (the store's, LIGHTNIX_SUBSTITUTERS)",
  },
  link: { type: "string", value: "DIR", help: "make a link in DIR to each realization, by its name" },
  json: { type: "boolean", help: "print one event a line, as JSON, and nothing else" },
  quiet: { type: "boolean", short: "q", help: "print nothing but the realizations, and what is wrong" },
} as const;

/** `lightnix realize` */
export const realize: Command = defineCommand({
  name: "realize",
  summary:
    "realizes stages: runs what has to run, reuses the rest, and prints each realization and its folder",
  more:
    "It exits with 0 when all is done, 1 when something failed, 2 for a command line that makes no sense, and 130 when it was\n" +
    "interrupted: Ctrl-C stops what runs and keeps what is done, a second Ctrl-C ends it at once.",
  usage: `${targetUsage}... [options]`,
  words: "some",
  options: realizeOptions,
  async run(options, words) {
    const code = await realizeWords(options, words);
    // A realizer that ran here may have left timers behind, and nobody is to wait for those.
    await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
    process.exit(code);
  },
});

/** Realizes what the words name, and prints it; gives the exit code. */
async function realizeWords(
  options: OptionValues<typeof realizeOptions>,
  words: readonly string[],
): Promise<number> {
  const chosen: RealizeOptions = {
    force: options.force,
    keepGoing: options["keep-going"],
    dryRun: options["dry-run"],
    jobs: readCount("jobs", options.jobs),
    count: readCount("new", options.new),
    atLeast: readCount("outcomes", options.outcomes),
    args: readArgs(options.args),
    restricted: options.restricted,
    substituters: options.substituters?.split(/\s+/u).filter((place) => place !== ""),
    keepCancelledAfterMs,
  };
  const streams = ownStreams();
  const store = openStore({ ...(options.root !== undefined && { root: options.root }) });
  const { closures, folders } = await closuresOf(words, store);
  const [isJson, isQuiet] = [options.json === true, options.quiet === true];
  const view = isQuiet ? noView : viewOn(streams, isJson);
  await using executor = processes({ folders, host: childHostAddress() });
  const { rrefs, code } = await follow(closures, { ...chosen, executor }, { streams, view, isJson, isQuiet });
  for (const rref of rrefs) {
    if (options.link !== undefined && !options["dry-run"]) linkInto(store, rref, options.link);
    if (!options.json) streams.stdout(`${rref}\t${store.path(rref)}\n`);
  }
  return code;
}

interface Ground {
  readonly closures: readonly Closure[];
  /** Where packages are looked for. */
  readonly folders: readonly string[];
}

async function closuresOf(words: readonly string[], store: Store): Promise<Ground> {
  const closures: Closure[] = [];
  const folders = new Set<string>();
  for (const word of words) {
    const target = await readTarget(word, store);
    if (target.kind === "derivation") closures.push(await closureFromStore(store, target.dref));
    else {
      folders.add(dirname(target.file));
      for (const stage of Object.values(target.stages)) closures.push(await instantiate(stage, { store }));
    }
  }
  return { closures, folders: [...folders, process.cwd()] };
}

function readArgs(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new AppError("bad-usage", `Cannot use --args '${text}': ${messageOf(cause)}`, {}, { cause });
  }
}

/** On a terminal it is alive, unless that is where the events go. */
function viewOn({ stderr }: OwnStreams, isJson: boolean): RealizationView {
  const paint = painter(wantsColours(process.stderr, process.env));
  const isDumb = process.env["TERM"] === "dumb";
  if (process.stderr.isTTY && !isDumb && !(isJson && process.stdout.isTTY)) {
    const terminal = {
      get columns() {
        return process.stderr.columns || 80;
      },
      get rows() {
        return process.stderr.rows || 24;
      },
      write: stderr,
    };
    const view = liveView(terminal, paint);
    process.stderr.on("resize", view.redraw);
    return view;
  }
  return isJson ? noView : plainView(stderr, paint);
}

interface Shown {
  readonly streams: OwnStreams;
  readonly view: RealizationView;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/** Realizes, showing how it goes; gives how it ended, and the realizations of the targets, of those that came to one. */
async function follow(
  closures: readonly Closure[],
  options: RealizeOptions,
  { streams, view, isJson, isQuiet }: Shown,
): Promise<{ rrefs: readonly RRef[]; code: number }> {
  const stop = stopOnSignals(view);
  const shown = new Set<unknown>();
  let state = startProgress(Date.now(), [], { labels: toldApart(distinct(closures)) });
  const ends = new Map<DRef, readonly RRef[]>();
  let targets: readonly DRef[] = [];
  const realized = (): RRef[] => targets.flatMap((dref) => ends.get(dref) ?? []);
  const next = (event: RealizeEvent): void => {
    state = advance(state, event);
    if (isJson) streams.stdout(`${JSON.stringify(eventToJson(event))}\n`);
    view.next(event, state);
    if (event.type === "failed") shown.add(event.error);
    if (event.type === "planned") ({ targets } = event);
    if (event.type === "reused" || event.type === "matched") ends.set(event.dref, event.rrefs);
  };
  try {
    await realize$(closures, { ...options, capture: streams.capture, signal: stop.signal }).forEach(next);
  } catch (error) {
    const isInterrupted = errorCode(error) === "cancelled" && stop.signal.aborted;
    if (state.stages.size > 0) view.say(sumText(state, Date.now()));
    view.end();
    // What failed has been shown with all that is to be said about it.
    const isSaid = !isQuiet && !isJson && (shown.has(error) || errorCode(error) === "several-failed");
    if (!isSaid) streams.stderr(`${messageOf(error)}\n`);
    return { rrefs: realized(), code: isInterrupted ? INTERRUPTED : 1 };
  }
  if (options.dryRun)
    for (const stage of state.stages.values())
      if (stage.state === "queued") view.say(`· ${fullName(stage)}  would run`);
  view.say(sumText(state, Date.now(), options.dryRun));
  view.end();
  return { rrefs: realized(), code: 0 };
}

/** All derivations of closures, each once. */
function distinct(closures: readonly Closure[]): readonly Derivation[] {
  const all = closures.flatMap(({ derivations }) => derivations);
  return [...new Map(all.map((one) => [one.dref, one])).values()];
}

/** The first signal stops the realization; the next one ends this process. */
function stopOnSignals(view: RealizationView): AbortController {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      view.end();
      process.exit(INTERRUPTED);
    }
    view.say("Stopping what runs; what is done is kept. Once more ends it at once");
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  // Nobody reads on, as with `| head`.
  process.stdout.on("error", () => controller.abort());
  return controller;
}
