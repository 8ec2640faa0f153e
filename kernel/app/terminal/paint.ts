import { styleText } from "node:util";

/** What a piece of text is to look like. */
export type Style = "plain" | "good" | "bad" | "warn" | "accent" | "muted" | "strong";

/** Gives a text its look. */
export type Paint = (style: Style, text: string) => string;

type Format = Parameters<typeof styleText>[0];

const formats: Readonly<Record<Exclude<Style, "plain">, Format>> = {
  good: "green",
  bad: "red",
  warn: "yellow",
  accent: "cyan",
  muted: "gray",
  strong: "bold",
};

/** The look of a terminal with colours, or of a text without. Node's own opinion, which goes by more variables, is not asked. */
export function painter(hasColours: boolean): Paint {
  return (style, text) =>
    hasColours && style !== "plain" && text !== ""
      ? styleText(formats[style], text, { validateStream: false })
      : text;
}

/**
 * Whether there are to be colours. `FORCE_COLOR` decides over `NO_COLOR`, and both over what the stream is. (Sources: no-color.org,
 * force-color.org.)
 */
export function wantsColours(
  stream: { readonly isTTY?: boolean },
  { FORCE_COLOR, NO_COLOR, TERM }: NodeJS.ProcessEnv,
): boolean {
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return !["0", "false"].includes(FORCE_COLOR);
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return stream.isTTY === true && TERM !== "dumb";
}
