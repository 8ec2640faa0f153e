import type { Shown } from "../stage/build.ts";

// As with the log, the beginning and the end tell what happened.
const KEPT_AT_EITHER_END = 500;
const MOST_CHARACTERS = 4 * 1024 * 1024;

interface Kept {
  /** How many characters had been printed before it. */
  readonly at: number;
  /** Bundle and metadata, as JSON. */
  json: string;
}

/**
 * What a realizer displayed, bounded: of more than a thousand displays the middle is left out, and when all of them together come to more
 * than four million characters, the largest are; a text in their place says so.
 */
export class DisplayLog {
  #from = 0;
  #head: Kept[] = [];
  #tail: Kept[] = [];
  readonly #byId = new Map<string, Kept>();
  #leftOut = 0;
  #characters = 0;

  /** Takes what was displayed after so many characters of the log; an update changes what is there. */
  show({ bundle, metadata = {}, id, isUpdate }: Shown, at: number): void {
    const json = keptJson(bundle, metadata);
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (known !== undefined) this.#replace(known, json);
    else if (isUpdate !== true) this.#add({ at, json }, id);
    while (this.#characters > MOST_CHARACTERS) this.#leaveOutLargest();
  }

  /** Forgets what was displayed. What was printed before does not count as shown either. */
  clear(at: number): void {
    this.#from = at;
    this.#head = [];
    this.#tail = [];
    this.#byId.clear();
    this.#leftOut = 0;
    this.#characters = 0;
  }

  /** What is to be kept, `placeOf` telling where in the log that is kept a place is; undefined when there is nothing. */
  text(placeOf: (at: number) => number): string | undefined {
    const [next] = this.#tail;
    const mark = `[... ${this.#leftOut} displays were left out here ...]`;
    const middle = next === undefined || this.#leftOut === 0 ? [] : [{ at: next.at, json: textJson(mark) }];
    const all = [...this.#head, ...middle, ...this.#tail];
    if (all.length === 0 && this.#from === 0) return undefined;
    const displays = all.map(({ at, json }) => `{"at":${placeOf(at)},${json}}`);
    return `{"from":${placeOf(this.#from)},"displays":[${displays.join(",\n")}]}`;
  }

  #add(kept: Kept, id: string | undefined): void {
    if (id !== undefined) this.#byId.set(id, kept);
    this.#characters += kept.json.length;
    if (this.#head.length < KEPT_AT_EITHER_END) this.#head.push(kept);
    else this.#tail.push(kept);
    if (this.#tail.length <= KEPT_AT_EITHER_END) return;
    const [gone] = this.#tail.splice(0, 1);
    if (gone === undefined) return;
    this.#leftOut++;
    this.#characters -= gone.json.length;
    for (const [known, one] of this.#byId) if (one === gone) this.#byId.delete(known);
  }

  #replace(kept: Kept, json: string): void {
    this.#characters += json.length - kept.json.length;
    kept.json = json;
  }

  #leaveOutLargest(): void {
    const largest = [...this.#head, ...this.#tail].reduce((a, b) => (b.json.length > a.json.length ? b : a));
    const size = largest.json.length.toLocaleString("en");
    this.#replace(largest, textJson(`[a display of ${size} characters was left out]`));
  }
}

/** The inner part of a kept display's JSON. What JSON does not keep of it is said in its place. */
function keptJson(bundle: Shown["bundle"], metadata: NonNullable<Shown["metadata"]>): string {
  const parts: string[] = [];
  const lost: string[] = [];
  for (const [type, content] of Object.entries(bundle)) {
    const json = jsonOf(content);
    if (json === undefined) lost.push(type);
    else parts.push(`${JSON.stringify(type)}:${json}`);
  }
  if (lost.length > 0 && !("text/plain" in bundle))
    parts.push(`"text/plain":${JSON.stringify(`[${lost.join(", ")}: JSON does not keep it]`)}`);
  const about = Object.keys(metadata).length === 0 ? undefined : jsonOf(metadata);
  return `"bundle":{${parts.join(",")}}${about === undefined ? "" : `,"metadata":${about}`}`;
}

function textJson(text: string): string {
  return keptJson({ "text/plain": text }, {});
}

/** Undefined for what JSON cannot hold at all, such as a cycle or a function. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, bytesAsBase64);
  } catch {
    return undefined;
  }
}

// A buffer has made an object of itself by the time that it is handed over, so it is looked up where it stands.
function bytesAsBase64(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  const own = (this as Record<string, unknown>)[key];
  return ArrayBuffer.isView(own)
    ? Buffer.from(own.buffer, own.byteOffset, own.byteLength).toString("base64")
    : value;
}
