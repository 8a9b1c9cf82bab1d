import type { LeftOut, RestoreCheck } from '../engines/backing-up.ts';
import { fullName } from '../repository/full-name.ts';
import type { Manifest, Proof, ProofTable, RecoveryProof } from '../repository/manifest.ts';
import { cell, definitions, escaped, page, table } from './html.ts';
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
  const title = `${proof.verified ? 'Proved' : 'Not proved'}: ${proof.backup}`;
  return page(
    title,
    `<h1 class="${proof.verified ? 'good' : 'bad'}">${escaped(verdict)}</h1>
${definitions(facts)}
<h2>Checks</h2>
${table(['', 'Check', 'Seen'], proof.checks.map(checkRow))}
<h2>Tables: ${tables.length}${different > 0 ? `, ${different} of them different` : ''}</h2>
${table(['', 'Table', 'Rows', 'Restored', 'Fingerprint'], tables.toSorted(worstFirst).map(tableRow))}
${list('What this does not prove', proof.limits)}
${list('Left out of the backup', (content?.leftOut ?? []).map(leftOutLine))}`,
  );
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
