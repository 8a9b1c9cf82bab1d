/** Of every page: light and dark as the reader's system is, and nothing from elsewhere. */
const style = `
:root { color-scheme: light dark; --line: #d5d9de; --good: #12703a; --bad: #b3261e; --dim: #5a6470; --mark: #2b6cb0; --warn: #8a5a00; --soft: #eef1f4; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a414a; --good: #5fce8f; --bad: #ff8a80; --dim: #a3adb8; --mark: #7ab6f5; --warn: #f0c060; --soft: #262b31; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .dim { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; } svg { max-width: 100%; height: auto; }
svg text { fill: currentColor; font: 12px system-ui, sans-serif; }
figcaption { color: var(--dim); }
.warn { color: var(--warn); }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; font: .85em/1.4 ui-monospace, monospace; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
`;

/** A whole page that needs nothing else, and runs nothing. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Names and values, as text. */
export function definitions(facts: readonly (readonly string[])[]): string {
  const lines = facts.map(
    ([name = '', value = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`,
  );
  return `<dl>\n${lines.join('\n')}\n</dl>`;
}

/** One cell of text. */
export function cell(text: string): string {
  return `<td>${escaped(text)}</td>`;
}

/** A table of cells that are HTML already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p class="dim">None.</p>';
  const heads = head.map((each) => `<th>${escaped(each)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n');
  return `<div class="wide"><table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML has it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
