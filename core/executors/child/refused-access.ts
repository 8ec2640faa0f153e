import { errorCode } from "../../errors.ts";
import { BuildFault } from "../build-fault.ts";

/** What a realizer threw; when Node has refused it something that restricted runs may not do, an error that says so. */
export function refusedAccess(thrown: unknown): unknown {
  const refused = refusal(thrown);
  if (refused === undefined) return thrown;
  const { code, permission, resource } = refused;
  const fault = new BuildFault("restricted", `it runs restricted, and ${wish(code, permission, resource)}`);
  return Object.assign(fault, { cause: thrown });
}

interface Refusal {
  readonly code: string;
  readonly permission?: string;
  readonly resource?: string;
}

const deepest = 8;

// Packages wrap what they meet, and give advice that is of no use here; some keep nothing but the code, in their text.
function refusal(thrown: unknown, depth = 0): Refusal | undefined {
  const code = errorCode(thrown);
  if (code === "ERR_ACCESS_DENIED" || code === "ERR_DLOPEN_DISABLED") return thrown as Refusal;
  if (!(thrown instanceof Error) || depth === deepest) return undefined;
  if (thrown.message.includes("ERR_DLOPEN_DISABLED")) return { code: "ERR_DLOPEN_DISABLED" };
  return refusal(thrown.cause, depth + 1);
}

function wish(code: string, permission: string | undefined, resource: string | undefined): string {
  if (code === "ERR_DLOPEN_DISABLED") return "wanted to load native code";
  if (permission === "FileSystemWrite")
    return `wanted to write to "${resource ?? ""}": it may write into its own output and scratch folders`;
  return (
    wishes[permission ?? ""] ?? "wanted to do what restricted runs may not: links, native code, inspectors"
  );
}

const wishes: Readonly<Record<string, string>> = {
  ChildProcess: "wanted to start a process, which would be under no restriction",
  WorkerThreads: "wanted to start a thread, which would be under no restriction",
};
