import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-store.ts";

/** A file system of its own. */
export interface Disk {
  readonly folder: string;
  /** Lets nobody write to it any more, root neither. */
  makeReadOnly(): void;
}

/** Mounts a file system of one megabyte and some inodes, which goes away when the test is over. Only root may do that. */
export function smallDisk({ inodes = 1_000 }: { inodes?: number } = {}): Disk {
  if (process.getuid?.() !== 0) {
    throw new Error(
      "Cannot mount a small disk: only root may. Run the tests as root, or as `unshare -rm npm test`",
    );
  }
  const folder = join(tempFolder(), "disk");
  mkdirSync(folder);
  const shell = (command: string): void => void execFileSync("sh", ["-c", command, folder]);
  shell(`mount -t tmpfs -o size=1m,nr_inodes=${inodes},mode=755 lightnix-test "$0"`);
  onTestFinished(() => shell('umount --lazy "$0"'));
  return { folder, makeReadOnly: () => shell('mount -o remount,ro "$0"') };
}
