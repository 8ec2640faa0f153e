import { tryUnits, type ModuleUnits } from "./units.ts";

// The forms that `Function.prototype.toString` gives, methods among them.
const FORMS: readonly ((text: string) => string)[] = [
  (text) => `(${text}\n)`,
  (text) => `({${text}\n})`,
  (text) => `(class extends Object {${text}\n})`,
];

/** The units of a function's text, which is an expression, or, for methods, a part of an object or class. */
export function functionUnits(text: string): ModuleUnits | undefined {
  return FORMS.map((form) => tryUnits(form(text))).find((module) => module !== undefined);
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
