import type { Html } from "./html.ts";

// Themes: JupyterLab, Notebook 7 and VS Code say their colours in variables; where there are none, the page follows the
// system's preference, except in the classic notebook and its export, which are white whatever the system prefers.
const light = `--fg:#1f2328;--mut:#636c76;--line:#d8dee4;--bg:#fff;--soft:#f6f8fa;--acc:#0a64c8;--good:#1a7f37;--warn:#9a6700;--bad:#c62828`;
const dark = `--fg:#e6edf3;--mut:#9198a1;--line:#3d444d;--bg:#151b23;--soft:#212830;--acc:#58a6ff;--good:#4ac26b;--warn:#d9a63a;--bad:#ff7b72`;
const themed = [
  ["fg", "jp-content-font-color1", "vscode-editor-foreground"],
  ["mut", "jp-content-font-color2", "vscode-descriptionForeground"],
  ["line", "jp-border-color2", "vscode-widget-border"],
  ["bg", "jp-layout-color1", "vscode-editor-background"],
  ["soft", "jp-layout-color2", "vscode-textCodeBlock-background"],
  ["acc", "jp-brand-color1", "vscode-textLink-foreground"],
  ["good", "jp-success-color1", "vscode-testing-iconPassed"],
  ["warn", "jp-warn-color1", "vscode-editorWarning-foreground"],
  ["bad", "jp-error-color1", "vscode-errorForeground"],
];
const colours = themed.map(([name, jupyter, code]) => `--l-${name}:var(--${jupyter},var(--${code},var(--${name})))`);

const rules = `
.lnx{${light}}
@media (prefers-color-scheme:dark){.lnx{${dark}}}
.notebook_app .lnx,#notebook-container .lnx{${light}}
.lnx{${colours.join(";")};
--mono:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace);
box-sizing:border-box;max-width:100%;margin:2px 0 6px;padding:10px 14px 12px;border:1px solid var(--l-line);border-radius:8px;
background:var(--l-bg);color:var(--l-fg);font:13px/1.5 var(--jp-content-font-family,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif);overflow-x:auto}
.lnx *{box-sizing:border-box}
.lnx header{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 10px;margin:0}
.lnx .name{font-size:15px;font-weight:650}
.lnx .kind,.lnx .mut,.lnx .facts{color:var(--l-mut)}
.lnx .facts{margin:1px 0 0;font-size:12px}
.lnx code,.lnx pre,.lnx .mono{font-family:var(--mono);font-size:12px;color:inherit;background:none;border:0;padding:0;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.lnx .hash{color:var(--l-mut);white-space:nowrap}
.lnx a{color:var(--l-acc);text-decoration:none}
.lnx a:hover{text-decoration:underline}
.lnx .badge{margin-left:auto;padding:0 9px;border-radius:10px;font-size:12px;line-height:20px;white-space:nowrap;color:var(--l-mut);background:var(--l-soft)}
.lnx .good{color:var(--l-good)}.lnx .bad{color:var(--l-bad)}.lnx .warn{color:var(--l-warn)}.lnx .acc{color:var(--l-acc)}
.lnx .badge.good,.lnx .badge.bad,.lnx .badge.warn,.lnx .badge.acc{background:color-mix(in srgb,currentColor 12%,transparent)}
.lnx h4{margin:10px 0 3px;padding:0;font-family:inherit;font-size:11px;font-weight:600;line-height:1.4;letter-spacing:.06em;text-transform:uppercase;color:var(--l-mut)}
.lnx.lnx table{width:auto;margin:0;border:0;border-collapse:collapse;border-spacing:0;font-size:13px;table-layout:auto;color:inherit;background:none}
.lnx.lnx tr{background:none;border:0}
.lnx.lnx td,.lnx.lnx th{padding:2px 16px 2px 0;border:0;text-align:left;vertical-align:top;font-weight:400;max-width:none;white-space:normal;color:inherit;background:none}
.lnx.lnx .num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.lnx.lnx .fields th{color:var(--l-mut);white-space:nowrap}
.lnx.lnx .fields .fields td,.lnx.lnx .fields .fields th{padding-top:0;padding-bottom:1px}
.lnx.lnx .grid{margin-top:8px}
.lnx.lnx .grid th,.lnx.lnx .grid td{padding:4px 12px;border-bottom:1px solid var(--l-line);white-space:nowrap}
.lnx.lnx .grid th{font-size:12px;font-weight:600;color:var(--l-mut)}
.lnx.lnx .grid tbody tr:last-child td{border-bottom:0}
.lnx.lnx .grid tbody tr:hover td{background:var(--l-soft)}
.lnx.lnx .grid .wrap{white-space:normal;min-width:12em}
.lnx.lnx .grid tr.chosen td{background:color-mix(in srgb,var(--l-good) 9%,transparent)}
.lnx.lnx .grid .chosen-mark{color:var(--l-good);font-weight:600}
.lnx .meter{display:inline-block;width:56px;height:6px;margin-right:8px;border-radius:3px;background:var(--l-soft);vertical-align:middle;overflow:hidden}
.lnx .meter i{display:block;height:100%;border-radius:3px;background:var(--l-acc)}
.lnx .bar{width:190px;height:7px;border-radius:4px;background:var(--l-soft);overflow:hidden;display:inline-block;vertical-align:middle}
.lnx .bar i{display:block;height:100%;border-radius:4px;background:var(--l-acc)}
.lnx .bar.good i{background:var(--l-good)}.lnx .bar.bad i{background:var(--l-bad)}
.lnx .state{display:inline-block;min-width:66px}
.lnx pre.text{margin:3px 0;padding:7px 10px;border-radius:6px;background:var(--l-soft);max-height:320px;overflow:auto;line-height:1.45}
.lnx details{margin:0}
.lnx summary{cursor:pointer;display:list-item}
.lnx details>:not(summary){margin-left:14px}
.lnx .artifacts{display:grid;gap:8px}
.lnx .artifact>.head{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
.lnx img{display:block;max-width:min(100%,420px);max-height:320px;margin:5px 0 2px;border:1px solid var(--l-line);border-radius:6px;background:#fff;image-rendering:auto}
.lnx .cols{display:flex;flex-wrap:wrap;gap:0 40px}
.lnx .cols>*{min-width:0}
.lnx .str{color:var(--l-good)}.lnx .lit{color:var(--l-acc)}
.lnx .error{margin:6px 0 0;padding:7px 10px;border-radius:6px;color:var(--l-bad);background:color-mix(in srgb,var(--l-bad) 8%,transparent)}
`;

/** The one stylesheet of all views, to stand once in each. Nothing in it reaches out of `.lnx`. */
export const stylesheet: Html = { markup: `<style>${rules.replaceAll("\n", "")}</style>` };
