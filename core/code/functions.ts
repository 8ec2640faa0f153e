import { tryUnits, type ModuleUnits } from "./units.ts";

// The forms that `Function.prototype.toString` gives, methods among them.
const FORMS: readonly ((text: string) => string)[] = [
  (text) => `(${text}\n)`,
  (text) => `({${text}\n})`,
  (text) => `(class extends Object {${text}\n})`,
];

// A loop that makes stages asks about one text again and again, and several times for each.
const MOST_KEPT = 32;
const kept = new Map<string, ModuleUnits | undefined>();

/** The units of a function's text, which is an expression, or, for methods, a part of an object or class. */
export function functionUnits(text: string): ModuleUnits | undefined {
  if (!kept.has(text)) {
    const [oldest] = kept.size < MOST_KEPT ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(text, firstUnits(text));
  }
  return kept.get(text);
}

function firstUnits(text: string): ModuleUnits | undefined {
  for (const form of FORMS) {
    const module = tryUnits(form(text));
    if (module !== undefined) return module;
  }
  return undefined;
}

/** An expression that makes the function with that text; nothing when the text is none that stands for itself. */
export function functionExpression(text: string): string | undefined {
  const [whole = "", method = ""] = FORMS.map((form) => form(text));
  if (tryUnits(whole) !== undefined) return whole;
  return tryUnits(method) === undefined ? undefined : `Object.values(${method})[0]`;
}

/** Whether a function's text says nothing, as that of native and bound functions. */
export function isNativeText(text: string): boolean {
  return /\{\s*\[native code\]\s*\}\s*$/.test(text);
}
