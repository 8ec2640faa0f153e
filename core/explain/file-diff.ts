import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathSegments } from "../path.ts";
import { drefOf, type RRef } from "../ref.ts";
import type { Derivation } from "../stage/closure.ts";
import { fileContent, type FileConfig } from "../stages/file.ts";
import type { Store } from "../store/store.ts";
import { diffText, type TextDiff } from "./text-diff.ts";

const MOST_BYTES = 256 * 1024;

/**
 * How the text of a stage that is a file differs from what an earlier one of that name has made; undefined for any other stage, and
 * where one of the two is no text, long, or not there any more.
 */
export function fileDiff(store: Store, earlier: RRef, { realize }: Derivation): TextDiff | undefined {
  const after = textOf(fileContent(realize));
  if (after === undefined) return undefined;
  try {
    const { file } = store.config(drefOf(earlier)) as unknown as FileConfig;
    const path = join(store.path(earlier), ...pathSegments(file));
    const before = statSync(path).size > MOST_BYTES ? undefined : textOf(readFileSync(path));
    return before === undefined ? undefined : diffText(before, after);
  } catch {
    // Damaged, or removed just now.
    return undefined;
  }
}

function textOf(bytes: Buffer | undefined): string | undefined {
  const isText = bytes !== undefined && bytes.length <= MOST_BYTES && isUtf8(bytes) && !bytes.includes("\0");
  return isText ? bytes.toString("utf8") : undefined;
}
