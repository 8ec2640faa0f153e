// Names of JupyterLab's theme, so that views made for Jupyter find here what they find there.
const light = `
  --jp-layout-color0: #fff; --jp-layout-color1: #fff; --jp-layout-color2: #f5f5f5; --jp-layout-color3: #e0e0e0;
  --jp-content-font-color0: #111; --jp-content-font-color1: #222; --jp-content-font-color2: #5b6169; --jp-content-font-color3: #8a9199;
  --jp-ui-font-color0: #111; --jp-ui-font-color1: #222; --jp-ui-font-color2: #5b6169; --jp-ui-font-color3: #8a9199;
  --jp-border-color0: #c4c9d0; --jp-border-color1: #c4c9d0; --jp-border-color2: #e2e5e9; --jp-border-color3: #eef0f2;
  --jp-cell-editor-background: #f6f8fa; --jp-rendermime-table-row-background: #f6f8fa; --jp-rendermime-error-background: #fdf0ef;
  --jp-brand-color1: #2265b0; --jp-success-color1: #23803a; --jp-warn-color1: #9a6700; --jp-error-color1: #c0362c; --jp-info-color1: #2265b0;
  --code-keyword: #8250b4; --code-string: #23803a; --code-number: #b35900; --code-comment: #757d86; --code-magic: #c2410c;
  --ansi-black: #444; --ansi-red: #c0362c; --ansi-green: #23803a; --ansi-yellow: #9a6700; --ansi-blue: #2265b0; --ansi-magenta: #8250b4; --ansi-cyan: #10787a; --ansi-white: #8a9199;`;
const dark = `
  --jp-layout-color0: #15181d; --jp-layout-color1: #15181d; --jp-layout-color2: #20242b; --jp-layout-color3: #343a43;
  --jp-content-font-color0: #fff; --jp-content-font-color1: #dde1e6; --jp-content-font-color2: #a0a7b1; --jp-content-font-color3: #747c87;
  --jp-ui-font-color0: #fff; --jp-ui-font-color1: #dde1e6; --jp-ui-font-color2: #a0a7b1; --jp-ui-font-color3: #747c87;
  --jp-border-color0: #4a515c; --jp-border-color1: #4a515c; --jp-border-color2: #323842; --jp-border-color3: #272c34;
  --jp-cell-editor-background: #1d2127; --jp-rendermime-table-row-background: #1d2127; --jp-rendermime-error-background: #331d1d;
  --jp-brand-color1: #6cb0f5; --jp-success-color1: #6cc17c; --jp-warn-color1: #e0b050; --jp-error-color1: #f0837a; --jp-info-color1: #6cb0f5;
  --code-keyword: #c49bf0; --code-string: #86ca93; --code-number: #efab6b; --code-comment: #7f8894; --code-magic: #ff9d5c;
  --ansi-black: #747c87; --ansi-red: #f0837a; --ansi-green: #6cc17c; --ansi-yellow: #e0b050; --ansi-blue: #6cb0f5; --ansi-magenta: #c49bf0; --ansi-cyan: #5fc4c6; --ansi-white: #dde1e6;`;

/** The style sheet of a notebook's page. */
export const pageStyle: string = `
:root { color-scheme: light dark; ${light}
  --jp-ui-font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --jp-content-font-family: var(--jp-ui-font-family);
  --jp-code-font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
body { margin: 0; background: var(--jp-layout-color0); color: var(--jp-content-font-color1);
  font: 16px/1.6 var(--jp-ui-font-family); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 6rem 4rem; }
a { color: var(--jp-brand-color1); }
h1, h2, h3 { line-height: 1.25; margin: 2.2em 0 0.6em; color: var(--jp-content-font-color0); }
h1 { font-size: 2rem; margin-top: 0.5em; }
h2 { font-size: 1.4rem; }
pre, code, kbd { font-family: var(--jp-code-font-family); font-size: 0.85rem; line-height: 1.5; }
.text { max-width: 44rem; }
.text :not(pre) > code, kbd { background: var(--jp-cell-editor-background); border-radius: 4px; padding: 0.1em 0.35em; }
kbd { border: 1px solid var(--jp-border-color1); border-bottom-width: 2px; }
.code { position: relative; margin: 1rem 0 1.4rem; }
.prompt { position: absolute; right: 100%; top: 0.75rem; padding-right: 0.9rem; text-align: right;
  font: 0.75rem/1.7 var(--jp-code-font-family); color: var(--jp-content-font-color3); }
.source { margin: 0; padding: 0.7rem 1rem; overflow-x: auto; border: 1px solid var(--jp-border-color2); border-radius: 8px;
  background: var(--jp-cell-editor-background); }
.outputs { padding: 0 0 0 1rem; }
.outputs > * { margin: 0.7rem 0; overflow-x: auto; }
.outputs pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.outputs > pre, .display > pre { max-height: 45rem; overflow-y: auto; }
.display > pre { margin: 0; }
.outputs img, .outputs svg { max-width: 100%; }
.chart { margin: 0; padding: 0.6rem; background: #fff; color: #111; color-scheme: light; border-radius: 8px; }
math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", math; font-size: 1.1em; }
.undrawn summary { color: var(--jp-content-font-color2); cursor: pointer; }
.stderr, .error { padding: 0.6rem 0.9rem; border-radius: 6px; background: var(--jp-rendermime-error-background); }
.code-keyword { color: var(--code-keyword); } .code-string { color: var(--code-string); }
.code-number { color: var(--code-number); } .code-comment { color: var(--code-comment); }
.code-magic { color: var(--code-magic); font-weight: 600; }
.ansi-bold { font-weight: 700; } .ansi-dim { opacity: 0.7; } .ansi-italic { font-style: italic; }
.ansi-underline { text-decoration: underline; } .ansi-strike { text-decoration: line-through; } .ansi-inverse { filter: invert(1); background: var(--jp-layout-color0); }
${["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
  .map(
    (colour) =>
      `.ansi-${colour} { color: var(--ansi-${colour}); } .ansi-on-${colour} { background: var(--ansi-${colour}); }`,
  )
  .join("\n")}
.ansi-black[class*="ansi-on-"] { color: #111; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.3rem 0.7rem; text-align: left; border-bottom: 1px solid var(--jp-border-color2); }
@media (max-width: 40rem) { main { padding: 1rem; } .prompt { display: none; } }
@media print { .source, pre { white-space: pre-wrap; } .outputs > pre, .display > pre { max-height: none; } }
`;
