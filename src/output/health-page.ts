import type { FoundObject, HealthStatus } from '../engines/health.ts';
import { cell, definitions, escaped, page, table } from './html.ts';
import { type Bar, barPlot, type Event, type Stretch, timeline } from './plots.ts';
import { count, moment, size } from './text.ts';

export interface PageCheck {
  readonly id: string;
  readonly title: string;
  readonly status: HealthStatus;
  readonly summary: string;
  readonly hint: string | null;
  readonly objects?: readonly FoundObject[];
}

/** A statement that is slow, and what it was seen to do. */
export interface PageStatement {
  readonly text: string;
  readonly numbers: string;
  readonly plan: string | null;
  /** Why there is no plan; null: there is one. */
  readonly noPlan: string | null;
  readonly advice: readonly string[];
}

export interface HealthPage {
  readonly database: string;
  readonly server: string;
  /** ISO 8601, UTC. */
  readonly asOf: string;
  readonly version: string;
  readonly status: HealthStatus;
  /** The worst first. */
  readonly checks: readonly PageCheck[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** By state; `most`: how many there may be. */
  readonly connections: { readonly states: readonly Bar[]; readonly most: number } | null;
  /** Tables by their size in bytes, the largest first. */
  readonly sizes: readonly { readonly name: string; readonly bytes: number }[];
  /** Null: the repository could not be read. */
  readonly backups: {
    readonly repository: string;
    readonly events: readonly Event[];
    readonly stretches: readonly Stretch[];
  } | null;
  /** Why there are none is said in `slowNote`. */
  readonly slow: readonly PageStatement[];
  readonly slowNote: string | null;
}

const words: Readonly<Record<HealthStatus, string>> = {
  ok: 'This database is well.',
  warning: 'This database wants to be looked after.',
  critical: 'This database is in trouble.',
  unknown: 'Not all of this database could be looked at.',
};

const classes = { ok: 'good', warning: 'warn', critical: 'bad', unknown: 'dim' } as const;

/** Health as one HTML page that needs nothing else, and runs nothing. Pure. */
export function healthPage(health: HealthPage): string {
  const { database, server, asOf, version, status, checks, skipped } = health;
  const bad = checks.filter((check) => check.status !== 'ok');
  const well = checks.filter((check) => check.status === 'ok');
  return page(
    `Health of ${database}`,
    `<h1 class="${classes[status]}">${words[status]}</h1>
${definitions([
  ['Database', database],
  ['Server', server],
  ['Looked at', moment(asOf)],
  ['Checks', `${count(checks.length, 'check')}, ${bad.length} not ok`],
  ['By', `jem-db ${version}`],
])}
${bad.length > 0 ? `<h2>What is not well</h2>\n${table(['', 'Check', 'Seen', 'What to do'], bad.map(checkRow))}` : ''}
${connectionsOf(health)}
${sizesOf(health)}
${backupsOf(health)}
${slowOf(health)}
<h2>What is well</h2>
${table(
  ['', 'Check', 'Seen'],
  well.map((check) => checkRow(check).slice(0, 3)),
)}
${
  skipped.length > 0
    ? `<h2>Not for this database</h2>\n${table(
        ['Check', 'Why'],
        skipped.map(({ id, reason }) => [cell(id), cell(reason)]),
      )}`
    : ''
}`,
  );
}

function checkRow({ id, status, summary, hint, objects = [] }: PageCheck): string[] {
  const found = objects.map(({ name, detail }) => `<li>${escaped(`${name}  ${detail}`)}</li>`);
  const list = found.length > 0 ? `<ul>${found.join('')}</ul>` : '';
  return [
    `<td class="${classes[status]}">${status}</td>`,
    cell(id),
    `<td>${escaped(summary)}${list}</td>`,
    cell(hint ?? ''),
  ];
}

function connectionsOf({ connections }: HealthPage): string {
  if (connections === null) return '';
  const { states, most } = connections;
  return `<h2>Connections</h2>
${barPlot('Connections by state', states, most)}
<p class="dim">The scale ends at max_connections: ${most}.</p>`;
}

const mostTables = 15;

function sizesOf({ sizes }: HealthPage): string {
  if (sizes.length === 0) return '';
  const bars = sizes
    .slice(0, mostTables)
    .map(({ name, bytes }) => ({ label: name, value: bytes, shown: size(bytes) }));
  const more = sizes.length - bars.length;
  return `<h2>Sizes</h2>
${barPlot('Tables by size, with their indexes', bars)}
<p class="dim">Tables with their indexes, as the last VACUUM or ANALYZE counted their pages${more > 0 ? `; ${count(more, 'smaller table')} not shown` : ''}.</p>`;
}

function backupsOf({ backups, asOf }: HealthPage): string {
  if (backups === null)
    return '<h2>Backups</h2>\n<p class="dim">The repository could not be read.</p>';
  const { events, stretches, repository } = backups;
  const heading = `<h2>Backups in ${escaped(repository)}</h2>`;
  if (events.length === 0) return `${heading}\n<p class="bad">There is no backup.</p>`;
  const from = Math.min(...events.map(({ at }) => at), ...stretches.map((one) => one.from));
  return `${heading}
${timeline('Backups on a line of time', backups, { from, to: Date.parse(asOf) })}
<p class="dim">Filled: restored and proved. Hollow: not proved yet. Red: its proof failed.${stretches.length > 0 ? ' Thick lines: any moment in them can be recovered to.' : ''}</p>`;
}

function slowOf({ slow, slowNote }: HealthPage): string {
  const note = slowNote === null ? '' : `<p class="dim">${escaped(slowNote)}</p>`;
  const statements = slow.map(
    ({ text, numbers, plan, noPlan, advice }) => `<details>
<summary><code>${escaped(text)}</code><br><span class="dim">${escaped(numbers)}</span></summary>
${advice.map((one) => `<p class="warn">${escaped(one)}</p>`).join('\n')}
${plan === null ? `<p class="dim">${escaped(noPlan ?? 'There is no plan.')}</p>` : `<pre>${escaped(plan)}</pre>`}
</details>`,
  );
  return slow.length === 0 && slowNote === null
    ? ''
    : `<h2>Slow statements</h2>\n${note}\n${statements.join('\n')}`;
}
