import { isSelfPath } from "../../core/path.ts";
import { isDRef, isRRef } from "../../core/ref.ts";
import { checkConfig, isStage, isStagePath } from "../../core/config.ts";

/** What a value is, in words that follow "is", and what somebody can do who wants to use it in a realizer. */
export interface Description {
  readonly kind: string;
  readonly advice: string;
}

/** Describes a value that a realizer cannot take along under `name`. */
export function describeLive(name: string, value: unknown): Description {
  if (isStage(value) || isStagePath(value)) {
    return { kind: "a stage", advice: `put it into config and read build.lens.${name}` };
  }
  if (isRRef(value)) {
    return { kind: "a realization", advice: "put its stage into config and read it through build.lens" };
  }
  if (isDRef(value)) {
    return { kind: "a derivation", advice: `put it into config and read build.lens.${name}` };
  }
  if (isSelfPath(value)) {
    return { kind: "a self path", advice: `put it into config and read build.lens.${name}` };
  }
  if (typeof value === "function") {
    return {
      kind: "a function that no cell declares as such",
      advice: `declare it by "function ${name}(...) {...}" or "const ${name} = (...) => ...", so that its source can be kept`,
    };
  }
  if (typeof value === "object" && value !== null && "then" in value && typeof value.then === "function") {
    return { kind: "a promise", advice: "await it in its cell, so that the name holds the value" };
  }
  if (isPlain(value)) {
    return {
      kind: "plain data that holds stages, derivations or self paths",
      advice: `put it into config and read build.lens.${name}`,
    };
  }
  return {
    kind: kindOf(value),
    advice:
      "make it inside the realizer or in a local module that it is imported from, keep it as plain JSON, or make a stage of it",
  };
}

function isPlain(value: unknown): boolean {
  try {
    const json = checkConfig({ value }, { stage: () => "dref" })["value"] ?? null;
    return typeof json === "object";
  } catch {
    return false;
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (typeof value === "object" && value !== null) return `a live object (${className(value)})`;
  return `a ${typeof value} that JSON does not keep`;
}

function className(value: object): string {
  const constructor: unknown = Object.getPrototypeOf(value)?.constructor;
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? "no plain data" : name;
}
