import { isPlainObject } from "../plain.ts";
import { hasMethods } from "./shower.ts";
import type { Shower, Shown } from "./shower.ts";

/** What a browser has: elements, documents, lists and D3's selections of them, canvases. */
export const elementShowers: readonly Shower[] = [showElement, showDocument, showElements, showCanvas];

function showElement(value: object): Shown {
  const html = htmlOf(value);
  if (html === undefined) return undefined;
  return isSvg(html) ? { "image/svg+xml": svgOf(value, html) } : { "text/html": html };
}

function showDocument(value: object): Shown {
  if (isPlainObject(value) || !("documentElement" in value) || !("body" in value)) return undefined;
  const { body } = value;
  const html = typeof body === "object" && body !== null && "innerHTML" in body ? body.innerHTML : undefined;
  return typeof html === "string" && html !== "" ? { "text/html": html } : undefined;
}

// NodeList and HTMLCollection are asked by item(), a selection of D3 by nodes().
function showElements(value: object): Shown {
  const isList = hasMethods(value, "item") && "length" in value;
  const isSelection = "_groups" in value && hasMethods(value, "node", "nodes");
  const nodes: unknown = isSelection
    ? value.nodes()
    : isList
      ? Array.from(value as ArrayLike<unknown>)
      : undefined;
  if (!Array.isArray(nodes) || nodes.length === 0) return undefined;
  if (nodes.length === 1) return showElement(nodes[0] as object);
  const parts = nodes.slice(0, maxElements).map((one) => htmlOf(one as object));
  if (parts.includes(undefined)) return undefined;
  const more = nodes.length > maxElements ? `<p>${maxElements} of ${nodes.length} elements</p>` : "";
  return { "text/html": parts.join("\n") + more };
}

const maxElements = 100;

function htmlOf(value: object): string | undefined {
  if (isPlainObject(value) || !("outerHTML" in value)) return undefined;
  const html = value.outerHTML;
  return typeof html === "string" ? html : undefined;
}

function isSvg(html: string): boolean {
  return /^<svg\b/iu.test(html);
}

/** What HTML writes is no XML: it knows neither namespaces nor that every element ends. */
function svgOf(element: object, html: string): string {
  return (
    written(element) ?? html.replace(/^<svg\b(?![^>]*\sxmlns=)/iu, '<svg xmlns="http://www.w3.org/2000/svg"')
  );
}

function written(element: object): string | undefined {
  try {
    const { ownerDocument } = element as { ownerDocument?: { defaultView?: { XMLSerializer?: unknown } } };
    const Serializer = ownerDocument?.defaultView?.XMLSerializer;
    if (typeof Serializer !== "function") return undefined;
    const serializer = Reflect.construct(Serializer, []) as { serializeToString(node: object): unknown };
    const xml = serializer.serializeToString(element);
    return typeof xml === "string" && xml.includes("xmlns") ? xml : undefined;
  } catch {
    return undefined;
  }
}

function showCanvas(value: object): Shown {
  if (!hasMethods(value, "toDataURL")) return undefined;
  const url = value.toDataURL();
  const match = typeof url === "string" ? /^data:(image\/[a-z+.-]+);base64,(.*)$/su.exec(url) : null;
  return match === null ? undefined : { [match[1] ?? ""]: match[2] };
}
