import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { descendantsOf } from "../../../core/executors/processes/kill-tree.ts";

it("descendantsOf() finds what a process has started, and what that has, by ps", async () => {
  const shell = spawn("sh", ["-c", "sh -c 'sleep 100 & echo $!; wait' & wait"], { detached: true });
  onTestFinished(() => void process.kill(-(shell.pid as number), "SIGKILL"));
  const [printed] = (await once(shell.stdout, "data")) as [Buffer];
  const found = descendantsOf(shell.pid as number);
  expect(found).toHaveLength(2);
  expect(found).toContain(Number(printed.toString()));
});
