import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { livenessOf, thisProcess } from "../../../core/store/machine.ts";

const self = thisProcess();

describe("livenessOf()", () => {
  test("knows that this process lives", () => {
    expect(livenessOf(self, undefined)).toBe("alive");
  });

  test.runIf(process.platform === "linux")("tells a process from a later one with the same pid", () => {
    expect(livenessOf({ ...self, start: "1" }, Date.now())).toBe("dead");
  });

  test("sees that a process has ended", async () => {
    const child = spawn("sleep", ["100"]);
    await once(child, "spawn");
    const who = { ...self, pid: child.pid ?? 0 };
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(livenessOf(who, Date.now())).toBe("dead");
  });

  test.runIf(process.platform === "linux")(
    "takes a process that its parent has not noticed to have ended for dead",
    async () => {
      // The shell becomes a program that waits for nobody, so its child stays a zombie.
      const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 100"]);
      const [data] = (await once(parent.stdout, "data")) as [Buffer];
      const pid = Number(data.toString());
      const { readFileSync } = await import("node:fs");
      const stat = (): string[] => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      const start = stat()[19] ?? "";
      expect(livenessOf({ ...self, pid, start }, Date.now())).toBe("alive");
      await expect.poll(() => stat()[0], { timeout: 10_000 }).toBe("Z");
      expect(livenessOf({ ...self, pid, start }, Date.now())).toBe("dead");
      parent.kill();
    },
  );

  test("cannot know about a process of another machine", () => {
    expect(livenessOf({ ...self, host: "elsewhere", boot: "another" }, 0)).toBe("unknown");
    expect(livenessOf({ ...self, host: "elsewhere", boot: "another" }, Date.now())).toBe("unknown");
  });

  test("knows that what was silent since before this machine started went down with it", () => {
    const before = { ...self, boot: "the one before" };
    expect(livenessOf(before, Date.now() - 10 * 365 * 86_400_000)).toBe("dead");
    expect(livenessOf({ ...self, space: "pid:[1]" }, Date.now() - 10 * 365 * 86_400_000)).toBe("dead");
  });

  test("lets a machine of the same name live while its heart beats", () => {
    expect(livenessOf({ ...self, boot: "another" }, Date.now())).toBe("unknown");
    expect(livenessOf({ ...self, boot: "another" }, undefined)).toBe("unknown");
  });
});
