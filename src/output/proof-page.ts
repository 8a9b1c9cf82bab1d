import type { LeftOut, RestoreCheck } from '../engines/backing-up.ts';
import { fullName } from '../repository/full-name.ts';
import type { Manifest, Proof, ProofTable, RecoveryProof } from '../repository/manifest.ts';
import { duration, grouped, moment, size } from './text.ts';

/** The verdict on a backup as one HTML page that needs nothing else, and runs nothing. */
export function proofPage(proof: Proof, manifest: Manifest): string {
  const verdict = proof.verified ? well[manifest.kind] : 'This backup is not proved.';
  const content = manifest.kind === 'logical' ? manifest.content : null;
  const facts = [
    ['Database', manifest.database],
    ['Backup', `${manifest.id} (${manifest.kind}, ${size(storedBytes(manifest))})`],
    ['Taken', `${moment(manifest.startedAt)} to ${moment(manifest.finishedAt)}`],
    ['Taken from', `${manifest.engine} ${manifest.serverVersion}`],
    ['Restored into', proof.restoredInto || 'nothing'],
    ['Server', `${manifest.engine} ${proof.serverVersion}`],
    ['Restoring took', proof.restoredInto ? duration(proof.restoreMs) : '-'],
    ...(proof.recovery ? recoveryFacts(proof.recovery) : []),
    ['Proved', `${moment(proof.startedAt)} to ${moment(proof.finishedAt)}`],
    ['By', `jem-db ${proof.jemDbVersion}`],
    ...(content === null ? [] : [['Fingerprints', content.method]]),
  ];
  const { tables } = proof;
  const different = tables.filter(({ match }) => !match).length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(`${proof.verified ? 'Proved' : 'Not proved'}: ${proof.backup}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1 class="${proof.verified ? 'good' : 'bad'}">${escaped(verdict)}</h1>
<dl>
${facts.map(([name = '', value = '']) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('\n')}
</dl>
<h2>Checks</h2>
${table(['', 'Check', 'Seen'], proof.checks.map(checkRow))}
<h2>Tables: ${tables.length}${different > 0 ? `, ${different} of them different` : ''}</h2>
${table(['', 'Table', 'Rows', 'Restored', 'Fingerprint'], tables.toSorted(worstFirst).map(tableRow))}
${list('What this does not prove', proof.limits)}
${list('Left out of the backup', (content?.leftOut ?? []).map(leftOutLine))}
</main>
</body>
</html>
`;
}

function recoveryFacts(recovery: RecoveryProof): string[][] {
  const { to, target, inclusive, timeline, lsn, lastTransactionAt, newest } = recovery;
  const { unpackMs, replayMs } = recovery;
  const exactly = inclusive ? '' : ', without what is exactly there';
  return [
    ['Recovered to', `${to} ${target ?? ''}${exactly}, timeline ${timeline}`],
    ['Which is', `${lsn}, last transaction ${lastTransactionAt ?? 'unknown'}`],
    ['Of that time', `files ${duration(unpackMs)}, log ${duration(replayMs)}`],
    ['Newest moment', `${newest.lsn}, ${newest.at ?? 'unknown'}: so far the archive went`],
  ];
}

const well: Readonly<Record<Manifest['kind'], string>> = {
  logical: 'This backup was restored, and holds what the database held.',
  base: 'This backup was restored: the whole cluster starts and is consistent.',
};

const style = `
:root { color-scheme: light dark; --line: #d5d9de; --good: #12703a; --bad: #b3261e; --dim: #5a6470; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a414a; --good: #5fce8f; --bad: #ff8a80; --dim: #a3adb8; }
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
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
`;

function checkRow({ id, ok, detail }: RestoreCheck): string[] {
  return [mark(ok), cell(id), cell(detail)];
}

function tableRow({ schema, name, match, expected, actual }: ProofTable): string[] {
  const rows = (side: ProofTable['expected']): string =>
    `<td class="n">${side === null ? 'not there' : grouped(side.rows)}</td>`;
  const hash = expected?.hash ?? null;
  const shown = match ? [hash] : [hash, actual?.hash ?? null];
  const hashes = shown.map((each) => `<code>${escaped(each ?? 'none')}</code>`).join('<br>');
  return [
    mark(match),
    cell(fullName({ schema, name })),
    rows(expected),
    rows(actual),
    `<td>${hashes}</td>`,
  ];
}

function worstFirst(a: ProofTable, b: ProofTable): number {
  return Number(a.match) - Number(b.match);
}

function mark(ok: boolean | null): string {
  if (ok === null) return '<td class="dim">not seen</td>';
  return ok ? '<td class="good">well</td>' : '<td class="bad">different</td>';
}

function cell(text: string): string {
  return `<td>${escaped(text)}</td>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p class="dim">None.</p>';
  const heads = head.map((each) => `<th>${escaped(each)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('\n');
  return `<div class="wide"><table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${body}\n</tbody>\n</table></div>`;
}

function list(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const items = lines.map((line) => `<li>${escaped(line)}</li>`).join('\n');
  return `<h2>${escaped(title)}</h2>\n<ul>\n${items}\n</ul>`;
}

function leftOutLine(left: LeftOut): string {
  return `${left.type} ${fullName(left)}: ${left.why}`;
}

function storedBytes({ files }: Manifest): number {
  return files.reduce((sum, file) => sum + file.storedBytes, 0);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
