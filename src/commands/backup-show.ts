import type { ShowResult, ShownCluster } from '../backup/show.ts';
import type { Paint } from '../output/paint.ts';
import { columns, count, duration, grouped, labelled, moment, size } from '../output/text.ts';
import { fullName } from '../repository/full-name.ts';
import { command } from './command.ts';
import { repositoryOf, repositorySettings } from './repository.ts';

export const backupShow = command<ShowResult>({
  name: 'backup show',
  summary: 'all that is known of a backup, what was left out with why',
  argument: { name: 'id', help: 'latest, an id, or how one begins', required: true },
  settings: repositorySettings,
  examples: [['jem-db backup show latest', 'tables, rows, sizes, migrations, proofs']],
  async run({ argument = '' }, context) {
    const { showBackup } = await import('../backup/show.ts');
    return showBackup(await repositoryOf(context), argument);
  },
  render(result, paint) {
    const { backup, files, jemDbVersion, tools, compression } = result;
    const by = [
      `jem-db ${jemDbVersion}`,
      ...Object.entries(tools).map(([name, v]) => `${name} ${v}`),
    ];
    const facts = [
      ['database', backup.database],
      ['server', `${backup.engine} ${backup.serverVersion}`],
      ['taken', `${moment(backup.startedAt)} to ${moment(backup.finishedAt)}`],
      ...(backup.snapshot === null ? [] : [['snapshot', backup.snapshot]]),
      ['by', by.join(', ')],
      ...heldLines(result),
      [
        'stored',
        `${count(files.length, 'file')}, ${size(backup.storedBytes)} (${size(backup.bytes)} before)`,
      ],
      ['compression', compression.map(compressedBy).join(', ')],
      ['encrypted', backup.encrypted ? 'yes' : 'no'],
      ['repository', backup.repository],
    ];
    return [
      paint.bold(`Backup ${backup.id}`),
      ...facts.map(([name = '', value = '']) => labelled(`${name.padEnd(11)}  `, value)),
      ...contentLines(result, paint),
      ...proofLines(result, paint),
      '',
    ].join('\n');
  },
});

/** What an engine's own tools have compressed the repository does not compress again. */
function compressedBy(method: string): string {
  return method === 'none' ? 'none but by the tools' : method;
}

function heldLines({ backup, ledger, objects, cluster }: ShowResult): string[][] {
  const { tables, rows } = backup;
  if (cluster !== null) return clusterLines(cluster);
  const held = `${count(tables ?? 0, 'table')}, ${grouped(rows ?? 0)} rows`;
  return [
    ['holds', `${held}, ${count(objects ?? 0, 'object')} of the schema`],
    ['migrations', ledger === null ? 'no ledger' : String(ledger.length)],
  ];
}

function clusterLines({ cluster, chain, restorePoint, withoutPoint }: ShownCluster): string[][] {
  const needs = chain === null ? 'backups that are not there or not readable' : chain.join(', ');
  return [
    ['holds', `the whole cluster ${cluster}`],
    ...(chain?.length === 1 ? [] : [['restored of', needs]]),
    [
      'point',
      restorePoint
        ? `${restorePoint.name} at ${restorePoint.lsn}, with fingerprints of ${restorePoint.database}`
        : `none: ${withoutPoint}`,
    ],
  ];
}

function contentLines({ content: held, cluster }: ShowResult, paint: Paint): string[] {
  const content = held ?? cluster?.restorePoint?.content;
  if (!content) return [];
  const { tables, leftOut } = content;
  const rows = tables.map((table) => [
    table.type,
    fullName(table),
    grouped(table.rows),
    [table.hash ?? '-', table.note].filter(Boolean).join('  '),
  ]);
  return [
    '',
    paint.bold('Tables, rows, fingerprints'),
    ...columns(rows),
    ...(leftOut.length > 0 ? ['', paint.bold('Left out')] : []),
    ...leftOut.map((each) => labelled(`${each.type} ${fullName(each)}: `, each.why)),
  ];
}

function proofLines({ proofs }: ShowResult, paint: Paint): string[] {
  const lines = proofs.map(({ verified, finishedAt, restoredInto, restoreMs }) =>
    verified
      ? `${moment(finishedAt)}  proved: restored into ${restoredInto} in ${duration(restoreMs)}`
      : `${moment(finishedAt)}  not proved`,
  );
  return ['', paint.bold('Proofs'), ...(lines.length > 0 ? lines : ['none yet'])];
}
