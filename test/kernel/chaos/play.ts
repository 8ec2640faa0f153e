import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeConnectionFile } from "../../../kernel/app/connection-file.ts";
import { makeCell, makeEndless, moduleText, type Circumstances } from "./cells.ts";
import { judgeCells, judgeFrame, printedBy, type SentCell, type ShellState } from "./judge.ts";
import { Random } from "./random.ts";
import { isOver, publishedFor, repliesTo, WireTap, type Asked } from "./wire-tap.ts";
import { copyOf, freshWorld, type Cell, type Value, type World } from "./world.ts";

/** How a game is played. */
export interface GameOptions {
  readonly seed: number;
  /** How many times cells are sent, each time some together. */
  readonly rounds: number;
  /** The kernel's main module. */
  readonly kernel: string;
  /** How long anything may take. */
  readonly patienceMs: number;
}

/** Plays one game against a kernel of its own; gives what was wrong, in words. */
export async function play(options: GameOptions): Promise<string[]> {
  const game = await Game.start(options);
  try {
    const faults = await game.play();
    return faults.length === 0 ? [] : [...faults, `after these cells:\n${game.trace}`];
  } finally {
    await game.end();
  }
}

// What is sent for comms that nobody has opened, and prompts and callbacks that an interrupt met.
const expectedWords =
  /^Lightnix: (?:warn: (?:Dropped a comm_msg|Dropped an input_reply|Closed comm)|error: A callback failed: Interrupted)/;

const echoComm = "echo-comm";

/** A shell of the kernel: its variables have names of their own. */
interface Shell extends ShellState {
  readonly id: string | undefined;
  readonly prefix: string;
}

class Game {
  readonly #options: GameOptions;
  readonly #random: Random;
  readonly #folder: string;
  readonly #connectionFile: string;
  readonly #tap: WireTap;
  readonly #faults: string[] = [];
  #child: ChildProcess;
  #world: World;
  #parent: Shell = { id: undefined, prefix: "v", executionCount: 0 };
  #subshells: Shell[] = [];
  #number = 0;
  /** What timers must have printed by the end. */
  #late: { readonly asked: Asked; readonly text: string }[] = [];
  #printed = "";

  static async start(options: GameOptions): Promise<Game> {
    const folder = mkdtempSync(join(tmpdir(), "lightnix-chaos-"));
    const { path, connection } = await writeConnectionFile(folder, "ipc");
    return new Game(options, { folder, path, tap: new WireTap(connection) });
  }

  private constructor(
    options: GameOptions,
    { folder, path, tap }: { readonly folder: string; readonly path: string; readonly tap: WireTap },
  ) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#folder = folder;
    this.#connectionFile = path;
    this.#tap = tap;
    this.#world = freshWorld({ kind: "number", value: 0 });
    this.#child = this.#spawn();
  }

  async play(): Promise<string[]> {
    this.#writeModule(this.#world.module);
    if (!(await this.#tap.ready(this.#options.patienceMs))) return this.#fail("it does not answer");
    await this.#openComm();
    for (let round = 0; round < this.#options.rounds; round += 1) {
      if (!(await this.#round())) return this.#fail(`round ${round} does not end`);
      if (this.#random.chance(0.06)) await this.#restart();
      if (this.#faults.length > 0) break;
    }
    await this.#lateOnes();
    await this.#lastQuestion();
    this.#judgeRest();
    return this.#faults;
  }

  async end(): Promise<void> {
    const isGone = once(this.#child, "exit");
    if (this.#child.kill("SIGKILL")) await isGone;
    this.#tap.close();
    // The shell that writes down how the kernel ended may not have done so yet.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  #fail(what: string): string[] {
    const open = [...this.#tap.asked.values()].filter((asked) => !isOver(asked));
    this.#faults.push(`${what}; open: ${open.map(described).join("\n")}\n${this.#printed}`);
    return this.#faults;
  }

  /** The cells that were sent, and how they ended. */
  get trace(): string {
    return [...this.#tap.asked.values()]
      .filter(({ type }) => /^(?:execute|interrupt|shutdown)/.test(type))
      .map(
        (asked) =>
          `  ${String(repliesTo(asked)[0]?.content["status"])} ${JSON.stringify(asked.content["code"] ?? asked.type)}`,
      )
      .join("\n");
  }

  #complain = (asked: Asked, what: string): void => {
    this.#faults.push(`${what}: ${described(asked)}`);
  };

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, [this.#options.kernel, this.#connectionFile], {
      cwd: this.#folder,
      env: {
        ...process.env,
        HOME: this.#folder,
        LIGHTNIX_ROOT: join(this.#folder, ".store"),
        JPY_PARENT_PID: String(process.pid),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (this.#printed += text));
    return child;
  }

  #writeModule(module: Value): void {
    this.#world.module = module;
    writeFileSync(join(this.#folder, "module.ts"), moduleText(module));
  }

  async #round(): Promise<boolean> {
    const random = this.#random;
    if (random.chance(0.15)) this.#writeModule({ kind: "number", value: (this.#number += 1) });
    const isAlone = this.#subshells.length === 0 || random.chance(0.5);
    const isInterrupted = random.chance(0.3);
    const asked: Asked[] = [];
    const parent = this.#send(this.#parent, { isAlone, isInterrupted });
    const others = isAlone
      ? []
      : this.#subshells.map((shell) => ({
          shell,
          sent: this.#send(shell, { isAlone: false, isInterrupted }),
        }));
    for (const { sent } of [{ sent: parent }, ...others]) asked.push(...sent.map((one) => one.asked));
    if (random.chance(0.15)) asked.push(this.#subshell());
    const side = Promise.all([
      this.#ask(asked),
      isInterrupted ? this.#interrupt(asked, [parent, ...others.map(({ sent }) => sent)].flat()) : undefined,
    ]);
    const areOver = (): boolean => asked.every(isOver);
    if (!(await this.#tap.until(areOver, this.#options.patienceMs))) return false;
    await side;
    if (!(await this.#tap.until(areOver, this.#options.patienceMs))) return false;
    for (const one of asked) judgeFrame(one, this.#complain);
    for (const one of asked) if (one.content["comm_id"] === echoComm && !isInterrupted) this.#judgeEcho(one);
    const world = this.#world;
    judgeCells(parent, { world, shell: this.#parent, isInterrupted }, this.#complain);
    for (const { shell, sent } of others) judgeCells(sent, { world, shell, isInterrupted }, this.#complain);
    this.#judgeOrder([parent, ...others.map(({ sent }) => sent)]);
    // An interrupt may have met the callback of a timer.
    if (isInterrupted) this.#late = [];
    this.#takeSubshells(asked);
    if (random.chance(0.3)) await this.#judgeKnowledge();
    return true;
  }

  #send(shell: Shell, round: Circumstances): SentCell[] {
    const world = copyOf(this.#world);
    const count = 1 + this.#random.below(6);
    const cells: Cell[] = [];
    for (let index = 0; index < count; index += 1) {
      const maker = { random: this.#random, world, prefix: shell.prefix, number: (this.#number += 1) };
      const isEndless = round.isInterrupted && this.#random.chance(0.2);
      const cell = isEndless ? makeEndless(maker) : makeCell(maker, round);
      cell.play(world);
      cells.push(cell);
    }
    return cells.map((cell) => {
      const content = {
        code: cell.code,
        silent: cell.silent ?? false,
        store_history: cell.storeHistory ?? true,
        user_expressions: cell.userExpressions ?? {},
        allow_stdin: true,
        stop_on_error: cell.stopOnError ?? true,
      };
      const asked = this.#tap.ask("execute_request", content, { subshell: shell.id });
      if (cell.late !== undefined) this.#late.push({ asked, text: cell.late });
      return { cell, asked };
    });
  }

  // What else clients ask while cells run.
  async #ask(asked: Asked[]): Promise<void> {
    const random = this.#random;
    const questions: [number, () => Asked][] = Array.from({ length: random.below(4) }, () => {
      const name = `${this.#parent.prefix}${random.below(5)}`;
      const id = `comm${(this.#number += 1)}`;
      return [
        random.below(100),
        random.pick([
          () => this.#tap.ask("complete_request", { code: `${name}.to`, cursor_pos: 5 }),
          () => this.#tap.ask("complete_request", { code: `${name}.to`, cursor_pos: 5 }),
          () =>
            this.#tap.ask("inspect_request", { code: name, cursor_pos: 1, detail_level: random.below(2) }),
          () => this.#tap.ask("is_complete_request", { code: "if (true) {" }),
          () => this.#tap.ask("kernel_info_request", {}, { channel: "control" }),
          () => this.#tap.ask("history_request", { hist_access_type: "tail", n: 5, raw: true, output: true }),
          () => this.#tap.ask("comm_info_request"),
          () => this.#tap.ask("comm_open", { comm_id: id, target_name: "nobody", data: {} }),
          () => this.#tap.ask("comm_msg", { comm_id: id, data: {} }),
          () => this.#tap.ask("comm_msg", { comm_id: echoComm, data: { echo: id } }),
          () => this.#tap.ask("comm_msg", { comm_id: echoComm, data: { echo: id } }),
          () => this.#tap.ask("usage_request", {}, { channel: "control" }),
          () => this.#tap.ask("debug_request", {}, { channel: "control" }),
        ]),
      ];
    });
    await Promise.all(
      questions.map(async ([afterMs, question]) => {
        await delay(afterMs);
        asked.push(question());
      }),
    );
  }

  // A comm whose kernel side sends back what it is sent.
  async #openComm(): Promise<void> {
    const code = `import { comms } from "lightnix/comms";
void comms.registerTarget("echo", (comm) => void comm.on("message", ({ data }) => comm.send(data)));`;
    const cell = this.#tap.ask("execute_request", { code });
    this.#parent.executionCount += 1;
    const opening = this.#tap.ask("comm_open", { comm_id: echoComm, target_name: "echo", data: {} });
    if (!(await this.#tap.until(() => isOver(cell) && isOver(opening), this.#options.patienceMs)))
      this.#complain(opening, "no comm");
  }

  #judgeEcho(asked: Asked): void {
    const echoes = publishedFor(asked).filter(({ type }) => type === "comm_msg");
    const data = echoes.map(({ content }) => JSON.stringify(content["data"]));
    if (data.join() !== JSON.stringify(asked.content["data"])) this.#complain(asked, `echoes ${data.join()}`);
  }

  async #interrupt(asked: Asked[], sent: readonly SentCell[]): Promise<void> {
    const strike = (): Asked => {
      const interrupt = this.#tap.ask("interrupt_request", {}, { channel: "control" });
      asked.push(interrupt);
      return interrupt;
    };
    // Drawn at once, so that the seed alone decides what is sent.
    const pauses = Array.from({ length: this.#random.below(3) }, () => this.#random.below(150));
    for (const pause of pauses) {
      await delay(pause);
      strike();
    }
    const end = performance.now() + this.#options.patienceMs;
    for (;;) {
      const isEnding = (): boolean => sent.every((one) => isOver(one.asked));
      const isStuck = sent.some(({ cell, asked: one }) => cell.isEndless === true && !isOver(one));
      if (!isStuck || performance.now() > end) return;
      if (await this.#tap.until(isEnding, 300)) return;
      const before = strike();
      await this.#tap.until(() => isOver(before), 10_000);
    }
  }

  #subshell(): Asked {
    const [first] = this.#subshells;
    if (first === undefined || this.#subshells.length < 2)
      return this.#tap.ask("create_subshell_request", {}, { channel: "control" });
    return this.#tap.ask("list_subshell_request", {}, { channel: "control" });
  }

  #takeSubshells(asked: readonly Asked[]): void {
    for (const one of asked) {
      if (one.type !== "create_subshell_request") continue;
      const id = String(repliesTo(one)[0]?.content["subshell_id"]);
      this.#subshells.push({ id, prefix: `w${(this.#number += 1)}_`, executionCount: 0 });
    }
  }

  // The replies of one shell come in the order of its requests.
  #judgeOrder(shells: readonly (readonly SentCell[])[]): void {
    const replies = this.#tap.heard
      .filter(({ socket }) => socket === "shell")
      .map(({ parentId }) => parentId);
    for (const sent of shells) {
      const places = sent.map(({ asked }) => replies.indexOf(asked.id));
      if (places.some((place, index) => place < (places[index - 1] ?? 0)))
        this.#faults.push(`replies out of order: ${places.join()}`);
    }
  }

  // What the language service knows of the variables when nothing runs.
  async #judgeKnowledge(): Promise<void> {
    for (const [name, value] of this.#world.variables) {
      if (value.kind !== "number" && value.kind !== "string") continue;
      const wanted = value.kind === "number" ? "toFixed" : "charAt";
      const code = `${name}.${wanted.slice(0, 2)}`;
      const asked = this.#tap.ask("complete_request", { code, cursor_pos: code.length });
      if (!(await this.#tap.until(() => isOver(asked), this.#options.patienceMs)))
        return this.#complain(asked, "no answer");
      const matches = repliesTo(asked)[0]?.content["matches"];
      if (!Array.isArray(matches) || !matches.includes(wanted))
        this.#complain(asked, `offers no ${wanted} but ${JSON.stringify(matches)}`);
      judgeFrame(asked, this.#complain);
    }
    return undefined;
  }

  async #restart(): Promise<void> {
    const isGone = once(this.#child, "exit");
    const isKilled = this.#random.chance(0.4);
    if (isKilled) {
      // What runs is noted a moment after the client has been told of its end.
      await delay(100);
      this.#child.kill("SIGKILL");
    } else {
      const asked = this.#tap.ask("shutdown_request", { restart: true }, { channel: "control" });
      if (!(await this.#tap.until(() => repliesTo(asked).length === 1, this.#options.patienceMs)))
        this.#complain(asked, "no reply to a shutdown");
    }
    const late = new AbortController();
    const ended = await Promise.race([
      isGone.then(() => true),
      delay(this.#options.patienceMs, false, { signal: late.signal }).catch(() => false),
    ]);
    late.abort();
    if (!ended) this.#faults.push("the process does not end");
    // What timers had still to say is gone.
    this.#late = [];
    this.#parent = { ...this.#parent, executionCount: 0 };
    this.#subshells = [];
    const { module } = this.#world;
    this.#world = freshWorld(module);
    this.#child = this.#spawn();
    if (!(await this.#tap.ready(this.#options.patienceMs))) this.#fail("it does not come again");
    if (isKilled) await this.#judgeLastWords();
    await this.#openComm();
  }

  async #judgeLastWords(): Promise<void> {
    const asked = this.#tap.ask("execute_request", { code: "1 + 1", silent: false });
    if (!(await this.#tap.until(() => isOver(asked), this.#options.patienceMs)))
      return this.#complain(asked, "no answer after it was killed");
    this.#parent.executionCount += 1;
    if (!printedBy(asked, "stderr").includes("ended without a word between two cells"))
      this.#complain(asked, `no last words but ${JSON.stringify(printedBy(asked, "stderr"))}`);
    return undefined;
  }

  async #lateOnes(): Promise<void> {
    const due = this.#late.filter(({ asked }) => repliesTo(asked)[0]?.content["status"] === "ok");
    const isThere = ({ asked, text }: (typeof due)[number]): boolean => printedBy(asked) === text;
    await this.#tap.until(() => due.every(isThere), this.#options.patienceMs);
    for (const one of due)
      if (!isThere(one)) this.#complain(one.asked, `printed late: ${JSON.stringify(printedBy(one.asked))}`);
  }

  async #lastQuestion(): Promise<void> {
    const asked = this.#tap.ask("execute_request", { code: "1 + 1", silent: false });
    if (!(await this.#tap.until(() => isOver(asked), this.#options.patienceMs)))
      return void this.#fail("it no longer answers 1 + 1");
    const cell: Cell = { code: "1 + 1", play: () => ({ status: "ok", result: "2", hasResult: true }) };
    judgeCells(
      [{ cell, asked }],
      { world: this.#world, shell: this.#parent, isInterrupted: false },
      this.#complain,
    );
    return undefined;
  }

  // What is for no request of ours, and what the kernel says of itself.
  #judgeRest(): void {
    for (const { socket, type, parentId, content } of this.#tap.heard) {
      if (parentId !== undefined || type === "iopub_welcome") continue;
      if (type === "status") continue;
      this.#faults.push(`a ${type} without a parent on ${socket}: ${JSON.stringify(content)}`);
    }
    const said = this.#printed.split("\n").filter((line) => line !== "" && !expectedWords.test(line));
    if (said.length > 0) this.#faults.push(`the kernel said: ${said.join("\n")}`);
    const memory = residentMegabytes(this.#child.pid);
    if (memory > 700) this.#faults.push(`it takes ${memory} MB`);
  }
}

function described({ type, content, heard }: Asked): string {
  const told = heard.map(
    (one) => `    ${one.socket} ${one.type} ${JSON.stringify(one.content).slice(0, 300)}`,
  );
  return `${type} ${JSON.stringify(content)}\n${told.slice(0, 12).join("\n")}`;
}

function residentMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
