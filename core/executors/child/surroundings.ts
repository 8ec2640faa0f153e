import { writeFileSync } from "node:fs";
import { COOKIE, type ChildBuild } from "../processes/protocol.ts";

/** Makes the working folder and the environment those of the parent, as they are now: the process was started some time ago. */
export function takeOver({ folder, env }: Pick<ChildBuild, "folder" | "env">): void {
  if (process.cwd() !== folder) process.chdir(folder);
  for (const name of Object.keys(process.env))
    if (!(name in env) && name !== COOKIE) Reflect.deleteProperty(process.env, name);
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && name !== COOKIE && process.env[name] !== value) process.env[name] = value;
}

/** When the machine runs out of memory, this process is to be killed and not the one that holds the notebook. */
export function offerToBeKilled(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "500");
  } catch {
    // The system chooses by itself then.
  }
}
