import type { Html } from "./html.ts";

// Themes: JupyterLab, Notebook 7 and VS Code say their colours in variables; where there are none, the page follows the
// system's preference, except in the classic notebook and its export, which are white whatever the system prefers.
const light = `--fg:#1f2328;--mut:#636c76;--line:#d8dee4;--bg:#fff;--acc:#0a64c8;--good:#1a7f37;--warn:#9a6700;--bad:#c62828`;
const dark = `--fg:#e6edf3;--mut:#9198a1;--line:#3d444d;--bg:#151b23;--acc:#58a6ff;--good:#4ac26b;--warn:#d9a63a;--bad:#ff7b72`;
const themed = [
  ["fg", "jp-content-font-color1", "vscode-editor-foreground"],
  ["mut", "jp-content-font-color2", "vscode-descriptionForeground"],
  ["line", "jp-border-color2", "vscode-widget-border"],
  ["bg", "jp-layout-color1", "vscode-editor-background"],
  ["acc", "jp-brand-color1", "vscode-textLink-foreground"],
  ["good", "jp-success-color1", "vscode-testing-iconPassed"],
  ["warn", "jp-warn-color1", "vscode-editorWarning-foreground"],
  ["bad", "jp-error-color1", "vscode-errorForeground"],
];
const toned = new Set(["acc", "good", "warn", "bad"]);
// Of the series of a plot: told apart in both themes and by most eyes (after Okabe and Ito), mixed with the text's colour as the others are.
const hues = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7a5cc7", "#7f7f7f"];
const hueRules = hues
  .map((hue, index) => `.lnx .l-hue${index}{--l-hue:color-mix(in srgb,${hue} 84%,var(--l-fg))}`)
  .join("\n");
const colours = themed.map(([name = "", jupyter, code]) => {
  const colour = `var(--${jupyter},var(--${code},var(--${name})))`;
  // Themes choose these for areas; text of their colour has to be darker on white and lighter on black.
  return `--l-${name}:${toned.has(name) ? `color-mix(in srgb,${colour} 78%,var(--l-fg))` : colour}`;
});

// Lines are as strong as a theme wants them, white on black where it is one of high contrast: what is behind a bar or a plot is the text's colour, thinned.
const rules = `
.lnx{${light}}
@media (prefers-color-scheme:dark){.lnx{${dark}}}
.notebook_app .lnx,#notebook-container .lnx{${light}}
.lnx{${colours.join(";")};
--l-soft:color-mix(in srgb,var(--l-fg) 5%,transparent);
--l-track:color-mix(in srgb,var(--l-fg) 17%,transparent);
--mono:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace);
box-sizing:border-box;max-width:100%;margin:2px 0 6px;padding:10px 14px 12px;border:1px solid var(--l-line);border-radius:8px;
background:var(--l-bg);color:var(--l-fg);font:13px/1.5 var(--jp-content-font-family,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif);overflow-x:auto}
.lnx *{box-sizing:border-box}
.lnx header{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px;margin:0}
.lnx .l-name{font-size:15px;font-weight:650}
.lnx .l-kind,.lnx .l-mut,.lnx .l-facts{color:var(--l-mut)}
.lnx .l-facts{margin:1px 0 0;font-size:12px}
.lnx.lnx code,.lnx.lnx :not(pre)>code,.lnx.lnx pre,.lnx .l-mono{font-family:var(--mono);font-size:12px;color:inherit;background:none;border:0;padding:0;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.lnx.lnx .l-hash{color:var(--l-mut);white-space:nowrap}
.lnx .l-plain{display:none}
.lnx .l-picture{display:block!important}.lnx span.l-picture{display:inline!important}
.lnx a{color:var(--l-acc);text-decoration:none}
.lnx a:hover{text-decoration:underline}
.lnx .l-badge{font-style:normal;margin-left:auto;padding:0 9px;border-radius:10px;font-size:12px;font-weight:400;line-height:20px;white-space:nowrap;color:var(--l-mut);background:var(--l-soft)}
.lnx .l-good{color:var(--l-good)}.lnx .l-bad{color:var(--l-bad)}.lnx .l-warn{color:var(--l-warn)}.lnx .l-acc{color:var(--l-acc)}
.lnx .l-badge.l-good,.lnx .l-badge.l-bad,.lnx .l-badge.l-warn,.lnx .l-badge.l-acc{background:color-mix(in srgb,currentColor 12%,transparent)}
.lnx .l-h b{font-weight:600}
.lnx .l-h{margin:10px 0 3px;padding:0;font-family:inherit;font-size:11px;font-weight:600;line-height:1.4;letter-spacing:.06em;text-transform:uppercase;color:var(--l-mut)}
.lnx.lnx table{width:auto;margin:0;border:0;border-collapse:collapse;border-spacing:0;font-size:13px;table-layout:auto;color:inherit;background:none}
.lnx.lnx.lnx tr{background:none;border:0}
.lnx.lnx td,.lnx.lnx th{padding:1px 16px 1px 0;line-height:1.5;border:0;text-align:left;vertical-align:top;font-weight:400;max-width:none;white-space:normal;color:inherit;background:none}
.lnx.lnx .l-num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.lnx.lnx .l-fields th{color:var(--l-mut);white-space:nowrap}
.lnx.lnx .l-fields .l-fields td,.lnx.lnx .l-fields .l-fields th{padding-top:0;padding-bottom:0}
.lnx.lnx td.l-mut{color:var(--l-mut)}
.lnx.lnx .l-grid{margin:8px 0 6px}
.lnx.lnx .l-tight{margin-top:4px}
.lnx.lnx .l-grid th,.lnx.lnx .l-grid td{padding:4px 12px;border-bottom:1px solid var(--l-line);white-space:nowrap}
.lnx.lnx .l-grid th{font-size:12px;font-weight:600;color:var(--l-mut)}
.lnx.lnx .l-grid tbody tr:last-child td{border-bottom:0}
.lnx.lnx .l-grid tbody tr:hover td{background:var(--l-soft)}
.lnx.lnx .l-tight th,.lnx.lnx .l-tight td{padding:1px 12px}
.lnx.lnx .l-grid tr.l-chosen td{background:color-mix(in srgb,var(--l-good) 9%,transparent)}
.lnx.lnx .l-grid .l-chosen-mark{color:var(--l-good);font-weight:600}
.lnx .l-meter{display:inline-block;width:56px;height:6px;margin-right:8px;border-radius:3px;background:var(--l-track);vertical-align:middle;overflow:hidden}
.lnx .l-meter i{display:block;height:100%;border-radius:3px;background:var(--l-acc)}
.lnx .l-bar{width:190px;height:7px;border-radius:4px;background:var(--l-track);overflow:hidden;display:inline-block;vertical-align:middle}
.lnx .l-bar i{display:block;height:100%;border-radius:4px;background:var(--l-acc)}
.lnx .l-bar.l-good i{background:var(--l-good)}.lnx .l-bar.l-bad i{background:var(--l-bad)}
.lnx .l-state{display:inline-block;min-width:66px}
.lnx.lnx pre.l-text{margin:3px 0;padding:7px 10px;border-radius:6px;background:var(--l-soft);max-height:320px;overflow:auto;line-height:1.45}
.lnx.lnx pre.l-whole{max-height:none}
.lnx.lnx .l-live{width:100%}
.lnx.lnx .l-live td{white-space:nowrap}
.lnx.lnx .l-live .l-rest{width:100%;max-width:0;overflow:hidden;text-overflow:ellipsis}
.lnx.lnx .l-live pre{white-space:pre;overflow:hidden;text-overflow:ellipsis}
.lnx.lnx .l-live .l-lines4{height:calc(5.8em + 14px)}
.lnx details{margin:0}
.lnx summary{cursor:pointer;display:list-item}
.lnx details>:not(summary){margin-left:14px}
.lnx .l-artifacts{display:grid;gap:7px}
.lnx .l-artifact>.l-fields{margin-left:14px}
.lnx .l-artifact>.l-head{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
.lnx img{display:block;max-width:min(100%,420px);max-height:320px;margin:5px 0 2px;border:1px solid var(--l-line);border-radius:6px;background:#fff;image-rendering:auto}
.lnx .l-cols{display:flex;flex-wrap:wrap;gap:0 40px}
.lnx .l-cols>*{min-width:0}
.lnx.lnx .l-str{color:var(--l-good)}.lnx.lnx .l-lit{color:var(--l-acc)}
.lnx .l-why{margin:8px 0 0;padding:0 0 0 12px;border-left:2px solid var(--l-line)}
.lnx .l-why:target{border-left-color:var(--l-acc)}
.lnx .l-whyhead{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 9px}
.lnx.lnx .l-why>table>tbody>tr>th{min-width:97px}
.lnx.lnx .l-old,.lnx.lnx .l-new{padding:0 4px;border-radius:4px;color:var(--l-bad);background:color-mix(in srgb,var(--l-bad) 11%,transparent)}
.lnx.lnx .l-new{color:var(--l-good);background:color-mix(in srgb,var(--l-good) 13%,transparent)}
.lnx.lnx pre.l-diff{padding:5px 0;white-space:pre;max-height:420px}
.lnx .l-diff span{display:block;padding:0 10px;min-width:max-content}
.lnx .l-diff .l-same,.lnx .l-diff .l-gap{color:var(--l-mut)}
.lnx .l-diff .l-del{background:color-mix(in srgb,var(--l-bad) 11%,transparent)}
.lnx .l-diff .l-add{background:color-mix(in srgb,var(--l-good) 13%,transparent)}
.lnx .l-diff b{font-weight:400;border-radius:3px}
.lnx .l-diff .l-del b{background:color-mix(in srgb,var(--l-bad) 26%,transparent)}
.lnx .l-diff .l-add b{background:color-mix(in srgb,var(--l-good) 30%,transparent)}
.lnx.lnx .l-pair th:first-child{color:var(--l-mut);white-space:nowrap;padding-left:12px}
.lnx.lnx .l-pair td:first-child{padding:0}
.lnx.lnx .l-pair thead th{white-space:nowrap;padding-bottom:2px;border-bottom:1px solid var(--l-line)}
.lnx.lnx .l-pair td{font-variant-numeric:tabular-nums}
.lnx .l-pair .l-h{margin:7px 0 1px}
.lnx .l-folded{margin:8px 0 0;font-size:12px}
.lnx .l-scroll{max-width:100%;margin:8px 0 4px;max-height:560px;overflow:auto;background:
linear-gradient(to right,var(--l-bg) 40%,transparent) left/36px 100% local,linear-gradient(to left,var(--l-bg) 40%,transparent) right/36px 100% local,
linear-gradient(to right,var(--l-line),transparent) left/9px 100% scroll,linear-gradient(to left,var(--l-line),transparent) right/9px 100% scroll;background-repeat:no-repeat}
.lnx.lnx .l-scroll .l-grid td{vertical-align:middle}
.lnx.lnx .l-scroll .l-grid{margin:0}
.lnx.lnx .l-scroll thead{position:sticky;top:0;background:var(--l-bg);z-index:1}
.lnx.lnx .l-grid .l-bands th{padding:0 12px 1px;border-bottom:0;font-size:10.5px;letter-spacing:.06em;text-transform:uppercase;font-weight:600;text-align:left}
.lnx.lnx .l-grid th.l-field{color:var(--l-acc)}
.lnx.lnx .l-grid td.l-field{background:color-mix(in srgb,var(--l-acc) 5%,transparent);font-family:var(--mono);font-size:12px}
.lnx.lnx .l-grid th.l-field{background:color-mix(in srgb,var(--l-acc) 5%,transparent)}
.lnx.lnx .l-spark{display:inline-block;width:72px;max-width:none;height:18px;vertical-align:middle;margin-right:4px;overflow:visible}
.lnx .l-spark path{fill:none;stroke:var(--l-acc);stroke-width:1.4;stroke-linejoin:round;stroke-linecap:round}
.lnx .l-spark circle{fill:var(--l-acc)}
.lnx .l-point{white-space:nowrap}
.lnx .l-points{display:flex;flex-wrap:wrap;gap:3px;margin:7px 0 6px;max-width:680px}
.lnx .l-points i{width:13px;height:13px;border-radius:3px;background:currentColor}
.lnx .l-points .l-mut{opacity:.28}
.lnx .l-points .l-dim{opacity:.45}
.lnx .l-plot{margin:8px 0 4px;max-width:680px}
.lnx .l-plot svg{display:block;width:100%;height:auto;overflow:visible}
.lnx .l-plot .l-axes line{stroke:var(--l-track);stroke-width:1;opacity:.7}
.lnx .l-plot .l-axes path{fill:none;stroke:var(--l-mut);stroke-width:1}
.lnx .l-plot text{fill:var(--l-mut);font-size:11px;font-variant-numeric:tabular-nums}
.lnx .l-plot .l-axis{fill:var(--l-fg);font-size:12px}
.lnx .l-plot circle{fill:var(--l-hue,var(--l-acc));fill-opacity:.78;stroke:var(--l-bg);stroke-width:1}
.lnx .l-plot circle.l-best{fill-opacity:1;stroke:var(--l-good);stroke-width:3}
.lnx .l-plot .l-line{fill:none;stroke:var(--l-hue,var(--l-acc));stroke-width:1.5;stroke-opacity:.7;stroke-linejoin:round}
.lnx .l-plot .l-line.l-best{stroke-width:3;stroke-opacity:1}
.lnx .l-graph{max-width:100%;max-height:640px;margin:8px 0 2px;overflow:auto}
.lnx .l-graph svg{display:block;max-width:none}
.lnx .l-graph .l-fit{max-width:100%;height:auto}
.lnx .l-node{color:var(--l-mut)}.lnx .l-node.l-good{color:var(--l-good)}.lnx .l-node.l-acc{color:var(--l-acc)}.lnx .l-node.l-warn{color:var(--l-warn)}.lnx .l-node.l-bad{color:var(--l-bad)}
.lnx .l-node path{fill:color-mix(in srgb,currentColor 10%,var(--l-bg));stroke:currentColor;stroke-width:1;stroke-opacity:.75}
.lnx .l-node.l-acc .l-box{fill:color-mix(in srgb,currentColor 17%,var(--l-bg))}
.lnx .l-node.l-target .l-box{stroke-width:2.2;stroke-opacity:1}
.lnx .l-node text{fill:var(--l-fg);font-size:13px;font-weight:600}
.lnx .l-node .l-about{fill:var(--l-mut);font-size:11px;font-weight:400}
.lnx .l-edge{fill:none;stroke:color-mix(in srgb,var(--l-mut) 65%,var(--l-bg));stroke-width:1.2}
.lnx .l-head{fill:var(--l-mut)}
.lnx .l-legend{display:flex;flex-wrap:wrap;gap:0 14px;margin:0 0 2px;padding-left:62px;font-size:12px;color:var(--l-mut)}
.lnx .l-legend b{font-weight:600}
.lnx .l-legend i{display:inline-block;width:9px;height:9px;margin-right:5px;border-radius:50%;background:var(--l-hue)}
${hueRules}
.lnx .l-error{margin:6px 0 0;white-space:pre-line;overflow-wrap:anywhere;padding:7px 10px;border-radius:6px;color:var(--l-bad);background:color-mix(in srgb,var(--l-bad) 8%,transparent)}
`;

/** The one stylesheet of all views, to stand once in each. Nothing in it reaches out of `.lnx`. */
export const stylesheet: Html = { markup: `<style>${rules.replaceAll("\n", "")}</style>` };
