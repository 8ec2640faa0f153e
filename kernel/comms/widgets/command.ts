import { CommError } from "../errors.ts";
import { pack } from "../pack.ts";
import type { Commands, Widget } from "./widget.ts";

interface CommandMessage {
  readonly kind: "anywidget-command";
  readonly id: string;
  readonly name: string;
  readonly msg: unknown;
}

/** What {@link runCommand} works with. */
export interface CommandParts {
  readonly commands: Commands;
  readonly widget: Pick<Widget<object>, "id" | "isOpen" | "send">;
}

/**
 * Runs the command that a message of the page calls, as anywidget's `invoke` sends it, and answers; false when the message is none.
 * anywidget has no answer for what fails: its `invoke` gives up by itself, while that of a function that draws hears of it.
 *
 * @throws CommError `unknown-command`, and whatever the command throws
 */
export async function runCommand(
  content: unknown,
  buffers: readonly Uint8Array[],
  { commands, widget }: CommandParts,
): Promise<boolean> {
  if (!isCommand(content)) return false;
  const { id, name, msg } = content;
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (command === undefined) throw unknownCommand(widget.id, name, Object.keys(commands));
    const answer = pack({ response: await command(msg, buffers) }, `the answer of command "${name}"`);
    const { response = null } = answer.data;
    if (widget.isOpen)
      widget.send({ kind: "anywidget-command-response", id, response }, { buffers: answer.buffers });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (widget.isOpen) widget.send({ kind: "anywidget-command-failure", command: id, message });
    throw error;
  }
  return true;
}

function isCommand(content: unknown): content is CommandMessage {
  return (
    typeof content === "object" &&
    content !== null &&
    "kind" in content &&
    content.kind === "anywidget-command" &&
    "name" in content &&
    typeof content.name === "string"
  );
}

function unknownCommand(id: string, name: string, known: readonly string[]): CommError {
  const has =
    known.length === 0
      ? 'it was made without "commands"'
      : `it has ${known.map((one) => JSON.stringify(one)).join(", ")}`;
  return new CommError("unknown-command", `Cannot run command "${name}" of widget "${id}": ${has}`);
}
