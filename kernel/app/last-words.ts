import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { isJsonObject } from "../wire/json.ts";
import { causeOfDeath } from "./cause-of-death.ts";
import { isAlive } from "./parent.ts";
import type { Witness } from "./witness.ts";

const unknownCause =
  "So do crashes in native code, that of a package with a native module for one, and processes that the system kills because memory runs out";

// Written over in place, at each cell: a few microseconds.
const recordBytes = 256;

/**
 * Leaves beside the connection file, as long as the kernel lives, what it is doing, so that the kernel that Jupyter starts in its
 * place can say what became of it: a process that crashes in native code, or is killed, says nothing itself. Where nothing can
 * be written, nothing is said.
 */
export class LastWords {
  readonly #path: string;
  /** Cells of different shells may have the same name. */
  readonly #running: string[] = [];
  readonly #diedPath: string;
  #before: { readonly words: string } | undefined;
  #file: number | undefined;
  #calling: NodeJS.Timeout | undefined;
  #witness: Witness | undefined;

  /** @param connectionFile a kernel that is started anew is given the same one */
  constructor(connectionFile: string) {
    this.#path = `${connectionFile}.running`;
    this.#diedPath = `${connectionFile}.died`;
  }

  /** What there is to say of the end of the process before, in the first cell that shows anything: "" when it said goodbye, and later. */
  toTell({ silent }: { readonly silent: boolean }): string {
    this.#before ??= { words: this.#takeOver() ?? "" };
    const { words } = this.#before;
    if (!silent) this.#before = { words: "" };
    return words;
  }

  /** A cell begins. */
  begin(cell: string): void {
    this.#running.push(cell);
    this.#write();
  }

  /** A cell has ended. */
  end(cell: string): void {
    const at = this.#running.indexOf(cell);
    if (at >= 0) this.#running.splice(at, 1);
    this.#write();
  }

  /** The kernel ends as it should. */
  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
    clearTimeout(this.#calling);
    this.#witness?.dismiss();
    rmSync(this.#path, { force: true });
  }

  // Takes the place of the process before, with the first cell.
  #takeOver(): string | undefined {
    const before = this.#read();
    try {
      this.#file = openSync(this.#path, "w", 0o600);
    } catch {
      return undefined;
    }
    this.#write();
    const cause = causeOfDeath(this.#diedPath);
    // Not before the first cell is on its way: to start a process takes some milliseconds.
    this.#calling = setTimeout(() => void this.#callWitness(), 50).unref();
    if (before === undefined || isAlive(before.pid)) return undefined;
    const when = before.cells.length === 0 ? "between two cells" : `while ${before.cells.join(", ")} ran`;
    return (
      `The kernel was started anew, and all variables are gone: the process before this one (${before.pid}) ended without a word ${when}. ` +
      `${cause ?? unknownCause}.\n`
    );
  }

  async #callWitness(): Promise<void> {
    try {
      const { callWitness } = await import("./witness.ts");
      if (this.#file !== undefined) this.#witness = callWitness(this.#diedPath);
    } catch {
      // A cell has as many files open as it may. Without a witness, less is known of the end.
    }
  }

  #write(): void {
    if (this.#file === undefined) return;
    const record = JSON.stringify({ pid: process.pid, cells: this.#running.slice(0, 10) });
    try {
      writeSync(this.#file, record.padEnd(recordBytes), 0);
    } catch {
      // A full disk is no reason not to run a cell.
    }
  }

  #read(): { readonly pid: number; readonly cells: readonly string[] } | undefined {
    try {
      const record: unknown = JSON.parse(readFileSync(this.#path, "utf8"));
      if (!isJsonObject(record) || typeof record["pid"] !== "number" || !Array.isArray(record["cells"]))
        return undefined;
      return { pid: record["pid"], cells: record["cells"].map(String) };
    } catch {
      return undefined;
    }
  }
}
