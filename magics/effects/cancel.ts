import { parseDRef } from "../../core/ref.ts";
import { heldOf } from "./resume.ts";
import type { MagicContext } from "../registry.ts";

/** What `%cancel` does. */
export async function cancelEffect({ host, session }: MagicContext): Promise<void> {
  const { held } = heldOf(session, "cancel");
  const names = held?.builds.map(({ dref }) => parseDRef(dref).name) ?? [];
  await held?.cancel();
  session.paused = undefined;
  host.print(`${names.join(", ")}: given up\n`);
}
