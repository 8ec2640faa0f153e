import type { Runtime } from "node:inspector";

const maxText = 200;
const maxProperties = 5;

/** A value as one line of text. Nothing is run to find it: of objects, V8's own preview is told. */
export function valueText(value: Runtime.RemoteObject): string {
  switch (value.type) {
    case "string":
      return shortened(JSON.stringify(value.value));
    case "undefined":
      return "undefined";
    case "object":
      return value.subtype === "null" ? "null" : shortened(objectText(value));
    case "function":
      // Types that were taken out have left blanks.
      return shortened(firstLine(value.description ?? "function").replaceAll(/ +(?=[ ,)])/gu, ""));
    default:
      return value.description ?? String(value.value);
  }
}

/** What a value is, in a word: its class, or what `typeof` says. */
export function typeText({ type, subtype, className }: Runtime.RemoteObject): string {
  if (subtype === "null") return "null";
  return type === "object" ? (className ?? "Object") : type;
}

function objectText({ subtype, description = "Object", preview, className }: Runtime.RemoteObject): string {
  if (subtype === "error") return firstLine(description);
  if (preview === undefined) return description;
  if (preview.entries !== undefined) return `${description} {${entriesText(preview)}}`;
  const listed = preview.properties.slice(
    0,
    subtype === "array" || subtype === "typedarray" ? 20 : maxProperties,
  );
  const isList = subtype === "array" || subtype === "typedarray";
  const texts = listed.map((one) =>
    isList && /^\d+$/u.test(one.name) ? previewText(one) : `${one.name}: ${previewText(one)}`,
  );
  const isCut = preview.overflow || listed.length < preview.properties.length;
  const inside = [...texts, ...(isCut ? ["…"] : [])].join(", ");
  if (isList) return `${description} [${inside}]`;
  if (subtype !== undefined && inside === "") return description;
  return className === "Object" ? `{${inside}}` : `${description} {${inside}}`;
}

function entriesText({ entries = [], overflow }: Runtime.ObjectPreview): string {
  const texts = entries
    .slice(0, maxProperties)
    .map(({ key, value }) => `${key === undefined ? "" : `${nestedText(key)} => `}${nestedText(value)}`);
  return [...texts, ...(overflow || entries.length > maxProperties ? ["…"] : [])].join(", ");
}

function nestedText({ type, subtype, description = "" }: Runtime.ObjectPreview): string {
  if (type === "string") return JSON.stringify(description);
  return subtype === "error" ? firstLine(description) : description;
}

function previewText({ type, value = "", subtype }: Runtime.PropertyPreview): string {
  if (type === "accessor") return "(…)";
  if (type === "string") return JSON.stringify(value);
  if (type === "function") return "ƒ";
  return type === "object" && value === "" ? (subtype ?? "{…}") : value;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function shortened(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}

/** The names of `Runtime.PropertyDescriptor`s of bindings that the kernel has added to a scope. */
export function isHidden(name: string): boolean {
  return name.startsWith("$$");
}

/** A name as it was typed: some bindings have other names than V8 would let them have. */
export function typedName(name: string): string {
  return name.replace(/\u02B9(?:\d+\u02B9)?$/u, "").replace(/\u02B9+$/u, "");
}
