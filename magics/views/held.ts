import { shortHash } from "../../core/ref.ts";
import type { HeldBuildFacts, HeldFacts } from "../facts/held.ts";
import type { MimeBundle } from "../host.ts";
import { artifactsView } from "./artifacts.ts";
import { bundle } from "./bundle.ts";
import type { View } from "./bundle.ts";
import { counted, formatDuration } from "./format.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { headerHtml } from "./realization.ts";
import { indented } from "./text-table.ts";

/** What is held by hand: each build with its folder and promises, and what to do next. */
export function heldView(facts: HeldFacts): MimeBundle {
  const { target, builds, heldMs, running } = facts;
  const missing = builds.flatMap(({ promised }) => promised).filter(({ isThere }) => !isThere).length;
  const badge = missing === 0 ? "held by hand" : `held by hand · ${counted(missing, "promise")} not kept yet`;
  const about = [
    heldMs < 60_000 ? "" : `since ${formatDuration(heldMs)}`,
    running.length === 0 ? "" : `${running.join(", ")} ${running.length === 1 ? "runs" : "run"} meanwhile`,
  ]
    .filter((part) => part !== "")
    .join(" · ");
  const parts = builds.map(buildView);
  const next = nextView(facts, missing);
  return bundle({
    html: html`${headerHtml({ name: target, kind: "held", badge: { text: badge, tone: missing === 0 ? "acc" : "warn" } })}
      <p class="l-facts">${about}</p>
      ${parts.map((part) => part.html)} ${next.html}`,
    text: [
      `${target}  (${badge})`,
      ...(about === "" ? [] : [about]),
      ...parts.map(({ text }) => text),
      next.text,
    ].join("\n"),
  });
}

function buildView(build: HeldBuildFacts): View {
  const { name, dref, out, promised, artifacts, dependencies } = build;
  const hash = shortHash(build.dref);
  const folder = artifactsView(artifacts, new Set(promised.map(({ path }) => path)));
  const inFolder =
    artifacts.length === 0 ? { html: html`<span class="l-mut">empty</span>`, text: "(empty)" } : folder;
  const made = dependencies.map((one) => `${one.name} ${one.rrefs.map(shortHash).join(" ")}`).join(", ");
  const row = (title: string, content: Html): Html =>
    html`<tr>
      <th>${title}</th>
      <td>${content}</td>
    </tr>`;
  return {
    html: html`<p class="l-tight"><b>${name}</b> <code class="l-hash" title="${dref}">${hash}</code></p>
      <table class="l-fields">
        <tbody>
          ${row("folder", html`<code>${out}</code>`)}
          ${promised.length === 0 ? undefined : row("promised", html`${promised.map(promiseHtml)}`)}
          ${made === "" ? undefined : row("made from", html`${made}`)} ${row("in it", inFolder.html)}
        </tbody>
      </table>`,
    text: [
      `${name}  ${hash}`,
      `  folder     ${out}`,
      ...promised.map(
        ({ path, isThere }) =>
          `  promised   ${isThere ? "✓" : "·"} ${path}${isThere ? "" : " (not there yet)"}`,
      ),
      ...(made === "" ? [] : [`  made from  ${made}`]),
      "  in it",
      indented(indented(inFolder.text)),
    ].join("\n"),
  };
}

function promiseHtml({ path, isThere }: HeldBuildFacts["promised"][number]): Html {
  return isThere
    ? html`<div><span class="l-good">✓</span> <code>${path}</code></div>`
    : html`<div>
        <span class="l-warn">·</span> <code>${path}</code> <span class="l-mut">not there yet</span>
      </div>`;
}

function nextView({ variable, builds }: HeldFacts, missing: number): View {
  const [first] = builds;
  const build = builds.length === 1 ? variable : `${variable}.${first?.name ?? ""}`;
  const steps: readonly (readonly [string, string])[] = [
    [
      `${build}.path("file")`,
      "is a place in the folder; .config .lens .exec() .log() .display() are as in a realizer",
    ],
    [
      "%resume",
      missing === 0
        ? "publishes what is in the folder, and goes on"
        : "checks the promises, publishes, and goes on",
    ],
    ["%resume rref", "takes a realization that there is instead"],
    ["%cancel", "gives it up"],
    ["%pause", "shows this again, as it is then"],
  ];
  return {
    html: html`<p class="l-h"><b>Next</b></p>
      <table class="l-fields">
        <tbody>
          ${steps.map(
            ([code, what]) =>
              html`<tr>
                <td><code>${code}</code></td>
                <td class="l-mut">${what}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    text: ["next", ...steps.map(([code, what]) => `  ${code.padEnd(18)}  ${what}`)].join("\n"),
  };
}
