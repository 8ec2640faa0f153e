import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import headless from "@xterm/headless";

const pty = fileURLToPath(new URL("pseudo-terminal.py", import.meta.url));

/** A command in a real pseudo terminal, and the screen of a terminal emulator that shows what it writes. */
export class TestTerminal {
  /** Everything that it wrote, as it wrote it. */
  raw = "";
  /** The exit code. */
  readonly ended: Promise<number>;
  readonly #screen: InstanceType<typeof headless.Terminal>;
  readonly #child: ChildProcess;

  #hasEnded = false;

  constructor(
    command: readonly string[],
    {
      columns = 80,
      rows = 24,
      env = {},
      cwd,
    }: { columns?: number; rows?: number; env?: NodeJS.ProcessEnv; cwd: string },
  ) {
    this.#screen = new headless.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true });
    const whole = {
      ...process.env,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      TERM: "xterm-256color",
      ...env,
    };
    this.#child = spawn("/usr/bin/python3", [pty, String(columns), String(rows), ...command], {
      cwd,
      env: whole,
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.raw += text;
      this.#screen.write(text);
    });
    let errors = "";
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("close", (code) => {
        this.#hasEnded = true;
        if (errors !== "") reject(new Error(errors));
        else resolve(code ?? -1);
      });
    });
  }

  /** Types on the keyboard: `\x03` is Ctrl-C. */
  type(text: string): void {
    this.#child.stdin?.write(`type ${JSON.stringify(text)}\n`);
  }

  /** Gives the window another size. */
  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows);
    this.#child.stdin?.write(`size ${columns} ${rows}\n`);
  }

  /** What stands on the screen and above it, without empty lines at the end. */
  async text(): Promise<string> {
    await new Promise<void>((resolve) => this.#screen.write("", resolve));
    const { active } = this.#screen.buffer;
    const lines = Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? "",
    );
    return lines.join("\n").trimEnd();
  }

  /** Waits until the screen shows something. */
  async shows(what: RegExp, timeoutMs = 60_000): Promise<string> {
    const until = Date.now() + timeoutMs;
    let hasEnded = false;
    for (;;) {
      const text = await this.text();
      if (what.test(text)) return text;
      if (hasEnded || Date.now() > until) throw new Error(`The terminal never showed ${what}:\n${text}`);
      // Its last words come before its end.
      hasEnded = this.#hasEnded;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
