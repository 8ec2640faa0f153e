import type { Representation } from "./display.ts";
import type { OkReply } from "./outcome.ts";

/** complete_request. */
export interface CompleteRequest {
  readonly code: string;
  readonly cursor_pos: number;
}

/** complete_reply. */
export interface CompleteReply extends OkReply {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** inspect_request. */
export interface InspectRequest {
  readonly code: string;
  readonly cursor_pos: number;
  readonly detail_level: 0 | 1;
}

/** inspect_reply. */
export interface InspectReply extends OkReply, Representation {
  readonly found: boolean;
}

/** is_complete_request. */
export interface IsCompleteRequest {
  readonly code: string;
}

/** is_complete_reply. */
export type IsCompleteReply =
  | { readonly status: "complete" | "invalid" | "unknown" }
  | { readonly status: "incomplete"; readonly indent: string };

/** history_request, one of its three forms. */
export type HistoryRequest = { readonly output: boolean; readonly raw: boolean } & (
  | {
      readonly hist_access_type: "range";
      /** A session's number; 0 and below count back from the current one. */
      readonly session: number;
      readonly start: number;
      /** The first line that is not wanted; none: to the end. */
      readonly stop: number | undefined;
    }
  | { readonly hist_access_type: "tail"; readonly n: number }
  | {
      readonly hist_access_type: "search";
      /** `*` stands for any text, `?` for any character. */
      readonly pattern: string;
      readonly n: number | undefined;
      readonly unique: boolean;
    }
);

/** One line of a history_reply: session, line, and the input or input and output. */
export type HistoryLine = readonly [
  session: number,
  line: number,
  text: string | readonly [input: string, output: string | null],
];

/** history_reply. */
export interface HistoryReply extends OkReply {
  readonly history: readonly HistoryLine[];
}
