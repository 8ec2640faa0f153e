import { lstatSync, readFileSync } from "node:fs";
import type { DRef, RRef } from "../../ref.ts";
import { Breath } from "../breath.ts";
import type { TreeEntry } from "../tree.ts";
import type { Finding } from "./finding.ts";
import { ifThere } from "../if-there.ts";

/** Something could be changed: one finding for an object, with the first such file. */
export async function findWritable(
  ref: DRef | RRef,
  folder: string,
  entries: readonly Pick<TreeEntry, "kind" | "path">[],
): Promise<Finding[]> {
  const writable: string[] = [];
  const breath = new Breath();
  for (const { kind, path } of entries) {
    if (kind !== "link" && isWritable(`${folder}/${path}`)) writable.push(path);
    await breath.take();
  }
  const [first] = writable;
  if (first === undefined) return [];
  const others = writable.length === 1 ? "" : ` and ${writable.length - 1} more`;
  return [
    {
      problem: "writable",
      ref,
      path: `${folder}/${first}`,
      message: `${ref}: "${first}"${others} can be written to`,
    },
  ];
}

/** A text file as it is on the disk, whatever was read before; empty when it is no UTF-8, undefined when it is not there. */
export function readExactly(path: string): string | undefined {
  const bytes = ifThere(() => readFileSync(path));
  const text = bytes?.toString();
  return text === undefined || bytes === undefined || Buffer.from(text).equals(bytes) ? text : "";
}

/** Whether somebody could write to a file or folder. */
export function isWritable(path: string): boolean {
  return ((lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o222) !== 0;
}
