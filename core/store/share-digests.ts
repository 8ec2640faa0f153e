import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

/** What a small file comes to; of a large one only what it is. */
export interface SmallDigest {
  /** SHA-256 of the content, 64 hex digits; undefined for a large file. */
  readonly digest: string | undefined;
  readonly executable: boolean;
  readonly sizeBytes: number;
}

/** Files to be digested, and how this thread does its part. */
export interface Shared {
  readonly folder: string;
  /** Relative to the folder. */
  readonly paths: readonly string[];
  /** From what size on a file is large. */
  readonly smallBytes: number;
  readonly digest: (path: string) => SmallDigest;
  /** Called now and then, as this takes a while. */
  readonly breathe: () => Promise<void>;
}

const MANY = 3_000;
const CHUNK = 64;
const DIGEST_BYTES = 32;
const SMALL = 1;
const EXECUTABLE = 2;

// The same as digestSmallFile in digest.ts does. The text is run as it stands, so that it works from sources and from the compiled
// files alike, and starts in half the time of a module.
const THREAD = `
const { createHash } = require("node:crypto");
const { closeSync, constants, fstatSync, openSync, readSync } = require("node:fs");
const { parentPort } = require("node:worker_threads");
let buffer;
parentPort.on("message", ({ id, folder, paths, smallBytes, counts, digests, sizes, flags }) => {
buffer ??= Buffer.allocUnsafeSlow(smallBytes);
for (let start = Atomics.add(counts, 0, ${CHUNK}); start < paths.length; start = Atomics.add(counts, 0, ${CHUNK})) {
  const end = Math.min(start + ${CHUNK}, paths.length);
  for (let index = start; index < end; index++) {
    const fd = openSync(folder + "/" + paths[index], constants.O_RDONLY | constants.O_NOFOLLOW);
    const { mode, size } = fstatSync(fd);
    sizes[index] = size;
    flags[index] = (mode & 0o111) === 0 ? 0 : ${EXECUTABLE};
    if (size <= smallBytes) {
      let length = 0;
      for (let got = -1; got !== 0 && length < size; length += got) got = readSync(fd, buffer, length, size - length, null);
      digests.set(createHash("sha256").update(buffer.subarray(0, length)).digest(), index * ${DIGEST_BYTES});
      flags[index] |= ${SMALL};
    }
    closeSync(fd);
  }
  Atomics.add(counts, 1, end - start);
}
parentPort.postMessage(id);
});
`;

/**
 * The digests of small files, in the order given. Where there are many, a second thread takes its share: most of the work is system
 * calls, which are made on two cores as well as on one.
 */
export async function shareDigests(shared: Shared): Promise<SmallDigest[]> {
  const { folder, paths, digest, breathe } = shared;
  const taken = paths.length >= MANY && availableParallelism() > 1 ? takeThread() : undefined;
  const share = taken && new Share(taken, shared);
  const found: SmallDigest[] = [];
  try {
    for (let start = 0; start < paths.length; start += CHUNK) {
      const at = share?.take() ?? start;
      const end = Math.min(at + CHUNK, paths.length);
      if (at >= end) break;
      for (let index = at; index < end; index++) found[index] = digest(`${folder}/${paths[index]}`);
      share?.finish(end - at);
      await breathe();
    }
    await share?.fillIn(found);
  } catch (error) {
    share?.stop();
    throw error;
  } finally {
    if (taken !== undefined) giveBack(taken);
  }
  return found;
}

const IDLE_MS = 10_000;

let kept: DigestThread | undefined;
let isTaken = false;

/** The second thread; undefined while somebody has it. */
function takeThread(): DigestThread | undefined {
  if (isTaken) return undefined;
  isTaken = true;
  if (kept?.isUsable !== true) kept = new DigestThread();
  kept.wake();
  return kept;
}

function giveBack(taken: DigestThread): void {
  isTaken = false;
  taken.rest();
}

/** A thread that stays for a while after its work, as its start takes as long as some thousands of files. */
class DigestThread {
  readonly #worker = new Worker(THREAD, { eval: true, execArgv: [] });
  #idle: NodeJS.Timeout | undefined;
  #isUsable = true;
  #runs = 0;

  constructor() {
    this.#worker.once("error", () => (this.#isUsable = false));
  }

  wake(): void {
    clearTimeout(this.#idle);
    this.#worker.ref();
  }

  /** Hands the thread its work. Resolves when it has done its share, rejects with what it throws. */
  run(work: object): Promise<void> {
    const id = ++this.#runs;
    return new Promise((resolve, reject) => {
      // One that had nothing left to do may answer when the next is under way.
      const hear = (answered: number): void => {
        if (answered !== id) return;
        this.#worker.off("message", hear);
        this.#worker.off("error", reject);
        resolve();
      };
      this.#worker.on("message", hear);
      this.#worker.once("error", reject);
      this.#worker.postMessage({ id, ...work });
    });
  }

  /** Whether it can be given more work. */
  get isUsable(): boolean {
    return this.#isUsable;
  }

  /** Lets the process end, and the thread itself after a while. */
  rest(): void {
    this.#worker.unref();
    this.#idle = setTimeout(() => {
      this.#isUsable = false;
      void this.#worker.terminate();
    }, IDLE_MS).unref();
  }
}

/** What two threads share: who takes which files next, and what the other one found. */
class Share {
  readonly #count: number;
  /** Up to where files are taken, and how many are done. */
  readonly #counts = new Int32Array(new SharedArrayBuffer(8));
  readonly #digests: Uint8Array;
  readonly #sizes: Float64Array;
  readonly #flags: Uint8Array;
  readonly #done: Promise<void>;

  constructor(thread: DigestThread, { folder, paths, smallBytes }: Shared) {
    this.#count = paths.length;
    this.#digests = new Uint8Array(new SharedArrayBuffer(DIGEST_BYTES * paths.length));
    this.#sizes = new Float64Array(new SharedArrayBuffer(8 * paths.length));
    this.#flags = new Uint8Array(new SharedArrayBuffer(paths.length));
    const [counts, digests, sizes, flags] = [this.#counts, this.#digests, this.#sizes, this.#flags];
    this.#done = thread.run({ folder, paths, smallBytes, counts, digests, sizes, flags });
    // It may be this thread that fails first.
    this.#done.catch(() => undefined);
  }

  /** Where the next files begin that nobody has taken. */
  take(): number {
    return Atomics.add(this.#counts, 0, CHUNK);
  }

  finish(count: number): void {
    Atomics.add(this.#counts, 1, count);
  }

  /** Leaves nothing for the other thread to take. */
  stop(): void {
    Atomics.store(this.#counts, 0, this.#count);
  }

  /** Waits for the other thread, if it has some left, and puts what it found into its places. */
  async fillIn(found: SmallDigest[]): Promise<void> {
    if (Atomics.load(this.#counts, 1) < this.#count) await this.#done;
    const digests = Buffer.from(this.#digests.buffer);
    for (let index = 0; index < this.#count; index++) found[index] ??= this.#found(index, digests);
  }

  #found(index: number, digests: Buffer): SmallDigest {
    const flags = this.#flags[index] ?? 0;
    const start = index * DIGEST_BYTES;
    const isSmall = (flags & SMALL) !== 0;
    return {
      digest: isSmall ? digests.toString("hex", start, start + DIGEST_BYTES) : undefined,
      executable: (flags & EXECUTABLE) !== 0,
      sizeBytes: this.#sizes[index] ?? 0,
    };
  }
}
