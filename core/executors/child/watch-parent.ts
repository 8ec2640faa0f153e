import { Socket } from "node:net";
import { killTree } from "../processes/kill-tree.ts";
import { COOKIE, descriptors } from "../processes/protocol.ts";

// What the main thread may take to end by itself, which leaves nothing to be swept.
const GRACE_MS = 300;

/**
 * Ends this process with all that it has started once its parent is gone. In a thread of its own, because the main thread may be in the
 * midst of an endless loop. Returns what listens. The pipe closes however the parent ends, SIGKILL included.
 */
export function watchParent(): Socket {
  const alive = new Socket({ fd: descriptors.parentAlive, readable: true, writable: false });
  alive.on("error", () => undefined);
  alive.once("close", () => setTimeout(() => killTree(process.pid, process.env[COOKIE] ?? ""), GRACE_MS));
  alive.resume();
  return alive;
}
