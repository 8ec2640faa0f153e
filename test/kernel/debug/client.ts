import type { KernelClient } from "../../../kernel/app/client.ts";
import type { JsonObject } from "../../../kernel/wire/json.ts";

/** A response of the Debug Adapter Protocol, as far as tests look at it. */
export interface Answer {
  readonly success: boolean;
  readonly message?: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests say by their expectations what is in it.
  readonly body: any;
}

/** An event, as far as tests look at it. */
export interface Told {
  readonly event: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  readonly body: any;
}

/** A debugging client of a kernel, as JupyterLab's is. */
export interface DebugClient {
  /** Sends a request; gives the whole response. */
  ask(command: string, given?: JsonObject): Promise<Answer>;
  /** Sends a request that is to succeed; gives its body. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  get(command: string, given?: JsonObject): Promise<any>;
  /** The next event of a name that nobody has waited for yet. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  event(name: string): Promise<any>;
  /** Forgets the events that nobody has waited for, and who waits for one. */
  forget(): void;
  /** `line name` of each frame of the pause, the innermost first. */
  frames(): Promise<string[]>;
  /** The variables of a scope of the innermost frame, by name. */
  scope(name: string): Promise<Record<string, string>>;
  stop(): void;
}

/** Makes a debugging client; `initialize` and `attach` have been sent. */
export async function attach(client: KernelClient): Promise<DebugClient> {
  const debug = listen(client);
  await debug.get("initialize", { clientID: "test", adapterID: "lightnix", linesStartAt1: true });
  await debug.get("attach");
  await debug.get("configurationDone");
  return debug;
}

/** Makes a debugging client that has sent nothing. */
export function listen(client: KernelClient): DebugClient {
  const unheard: Told[] = [];
  const waiting: { name: string; take: (body: unknown) => void }[] = [];
  const stop = client.listen(({ type, content }) => {
    if (String(type) !== "debug_event") return;
    const told = content as unknown as Told;
    const index = waiting.findIndex(({ name }) => name === told.event);
    if (index === -1) unheard.push(told);
    else waiting.splice(index, 1)[0]?.take(told.body);
  });
  let seq = 0;
  const ask: DebugClient["ask"] = async (command, given = {}) =>
    (await client.request("debug_request", {
      type: "request",
      seq: (seq += 1),
      command,
      arguments: given,
    })) as unknown as Answer;
  const get: DebugClient["get"] = async (command, given) => {
    const answer = await ask(command, given);
    if (!answer.success) throw new Error(`${command}: ${answer.message}`);
    return answer.body;
  };
  const frames = async (): Promise<{ id: number; name: string; line: number; source: { path: string } }[]> =>
    (await get("stackTrace", { threadId: 1 })).stackFrames;
  return {
    ask,
    get,
    forget: () => {
      unheard.length = 0;
      waiting.length = 0;
    },
    stop,
    event: async (name) => {
      const index = unheard.findIndex(({ event }) => event === name);
      if (index !== -1) return unheard.splice(index, 1)[0]?.body;
      return await new Promise((take) => waiting.push({ name, take }));
    },
    frames: async () => (await frames()).map(({ line, name }) => `${line} ${name}`),
    scope: async (name) => {
      const [top] = await frames();
      const { scopes } = await get("scopes", { frameId: top?.id ?? 0 });
      const found = scopes.find((scope: { name: string }) => scope.name === name);
      const { variables } = await get("variables", { variablesReference: found.variablesReference });
      return Object.fromEntries(
        variables.map((one: { name: string; value: string }) => [one.name, one.value]),
      );
    },
  };
}
