import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../../errors.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import type { LogicalSource } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';
import { parseTableName } from '../table-name.ts';
import type { ArchiveEntry } from './archive.ts';
import type { BackupFacts } from './facts.ts';
import { ownerOptions } from './preflight.ts';
import { presentTables } from './present.ts';
import { runRestore } from './restore-tool.ts';
import type { Outcome, RestoreWork } from './restore-work.ts';
import { chooseTables, type DumpedTable, type TableSelection } from './table-entries.ts';

/** Restores some tables with all that belongs to them, in one transaction. */
export async function restoreTables(work: RestoreWork, names: readonly string[]): Promise<Outcome> {
  const { place, source, facts, entries, options } = work;
  const session = place.inside();
  if (session === null)
    throw new JemError('restore-refused', `${place.target.display} does not exist`, {
      why: 'Single tables are restored into a database that is there.',
      hint: 'Create it; or leave --table out and restore everything.',
    });
  const known = dumpedTables(source, facts, entries);
  const wanted = names.map((name) => tableCalled(name, known));
  const there = await presentNames(session);
  const isThere = ({ kind, text }: ArchiveEntry) =>
    [...there].some((one) => one.startsWith(`${classOf(kind)} `) && isCalled(text, one));
  const selection = chooseTables(entries, known, { wanted, isThere });
  await refusePresent(work, session, selection);
  await inOneTransaction(work, session, selection);
  const others = options.clean ? 'everything else' : 'what was there';
  return {
    way: `Restored in one transaction: all of it, or nothing; ${others} stayed as it was.`,
    warnings: selection.leftOut.map(
      ({ text }) => `Left out, since the table it points to is not there: foreign key ${text}`,
    ),
  };
}

/** The tables of a dump by their exact names, which its list does not tell apart from owners. */
function dumpedTables(
  { content, schema }: LogicalSource,
  { named }: BackupFacts,
  entries: readonly ArchiveEntry[],
): readonly DumpedTable[] {
  const objects = schema.objects.filter(({ type }) => type === 'table');
  const names = [...content.tables, ...objects].map((one) => [one.schema ?? '', one.name] as const);
  const texts = new Map(names.map(([schema, name]) => [`${schema} ${name}`, { schema, name }]));
  return entries
    .filter(({ kind }) => kind === 'TABLE')
    .flatMap((entry) => {
      const owner = named.find((role) => texts.has(entry.text.slice(0, -role.length - 1)));
      const found =
        owner === undefined ? undefined : texts.get(entry.text.slice(0, -owner.length - 1));
      return found ? [{ ...found, entry }] : [];
    });
}

function tableCalled(text: string, known: readonly DumpedTable[]): DumpedTable {
  const { schema, table } = parseTableName(text);
  const found = known.filter(
    (one) => one.name === table && (schema === null || one.schema === schema),
  );
  const [first, second] = found;
  if (first && !second) return first;
  const shown = (tables: readonly DumpedTable[]) =>
    tables
      .slice(0, 5)
      .map((one) => `${one.schema}.${one.name}`)
      .join(', ');
  if (second)
    throw new JemError(
      'restore-refused',
      `The backup holds ${found.length} tables called ${table}`,
      {
        why: `They are ${shown(found)}. Nothing was done.`,
        hint: 'Name the schema too.',
      },
    );
  throw new JemError('restore-refused', `The backup holds no table ${text}`, {
    why:
      known.length === 0
        ? 'It holds no table at all.'
        : `It holds ${shown(known)}${known.length > 5 ? ' …' : ''}. Nothing was done.`,
    hint: 'See `jem-db backup show` for all of them; upper case counts.',
  });
}

const presentSql = `
SELECT 'SCHEMA - ' || nspname AS what FROM pg_namespace
UNION ALL SELECT CASE WHEN c.relkind = 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || n.nspname || ' ' || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'S')
UNION ALL SELECT 'TYPE ' || n.nspname || ' ' || t.typname
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype <> 'b'`;

async function presentNames(session: PostgresSession): Promise<ReadonlySet<string>> {
  const rows = await session.query(presentSql);
  return new Set(rows.map((row) => String(row['what'])));
}

function classOf(kind: string): string {
  return kind === 'DOMAIN' ? 'TYPE' : kind;
}

/** Whether an entry's text, which ends with its owner, speaks of `KIND schema name`. */
function isCalled(text: string, present: string): boolean {
  return text.startsWith(`${present.slice(present.indexOf(' ') + 1)} `);
}

async function refusePresent(
  { place, options }: RestoreWork,
  session: PostgresSession,
  { tables }: TableSelection,
): Promise<void> {
  if (options.clean) return;
  const names = tables.map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`);
  const present = await presentTables(session, names);
  if (present.length === 0) return;
  throw new JemError('restore-refused', `${place.target.display} has what is to be restored`, {
    why: `There already: ${present.join(', ')}. Nothing was done.`,
    hint: 'Rename or drop it; or replace it, and lose what it holds: --clean',
  });
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function inOneTransaction(
  { tool, folder, about, options }: RestoreWork,
  session: PostgresSession,
  { entries }: TableSelection,
): Promise<void> {
  const { signal, onProgress, clean } = options;
  await using list = await temporaryFolder('list');
  const file = join(list.path, 'list');
  await writeFile(file, entries.map(({ line }) => `${line}\n`).join(''), { mode: 0o600 });
  await runRestore({
    ...{ tool, folder, session, jobs: null, entries, about, signal, onProgress },
    options: [
      ...[`--use-list=${file}`, ...ownerOptions(options)],
      ...(clean ? ['--clean', '--if-exists'] : []),
    ],
  });
}
