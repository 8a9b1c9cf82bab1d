import type { ContentOptions, RestoreCheck } from '../engines/backing-up.ts';
import type { Engine, Session } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { fullName } from '../repository/full-name.ts';
import type { LogicalManifest, ProofTable } from '../repository/manifest.ts';
import { compareTables, ledgerTroubles, sequenceTroubles } from './compare.ts';

export interface CompareOptions extends ContentOptions {
  /** What differs between two schemas, each difference in words. */
  readonly compareSchemas: (
    engine: Engine,
    expected: Schema,
    actual: Schema,
  ) => Promise<readonly string[]>;
}

export interface Compared {
  readonly checks: readonly RestoreCheck[];
  readonly tables: readonly ProofTable[];
}

/** What a database held at some moment. */
type Held = Pick<LogicalManifest, 'content' | 'schema' | 'ledger'>;

/** How much is told one by one. */
const mostListed = 10;

/** Compares every table and sequence with what the manifest says of the snapshot. */
export async function compareContent(
  session: Session,
  manifest: Pick<Held, 'content'>,
  options: CompareOptions,
): Promise<Compared> {
  const content = await session.content(options);
  const tables = compareTables(manifest.content, content);
  const { sequences } = manifest.content;
  return {
    tables,
    checks: [
      contentCheck(manifest, content.method, tables),
      check(
        'sequences',
        sequenceTroubles(manifest.content, content),
        `${count(sequences.length, 'sequence')}, none behind the backup`,
      ),
    ],
  };
}

/** Compares the schema and the migrations' ledger. */
export async function compareStructure(
  session: Session,
  { schema, ledger }: Omit<Held, 'content'>,
  { signal, ledgerTable, compareSchemas }: CompareOptions,
): Promise<readonly RestoreCheck[]> {
  const restored = await session.schema({ ledgerTable, signal });
  const rows = await session.migrations({ ledgerTable, signal }).read();
  const differences = await compareSchemas(session.engine, schema, restored);
  const objects = count(schema.objects.length, 'object');
  const migrations = ledger && `${count(ledger.length, 'migration')}, nothing differs`;
  return [
    check('schema', differences, `${objects}, nothing differs`),
    check('ledger', ledgerTroubles(ledger, rows), migrations ?? 'there is none, as in the backup'),
  ];
}

function contentCheck(
  { content }: Pick<Held, 'content'>,
  method: string,
  tables: readonly ProofTable[],
): RestoreCheck {
  if (content.method !== method)
    return {
      id: 'content',
      ok: false,
      detail: `not comparable: fingerprints by ${content.method}, and now by ${method}; verify with the jem-db that made it`,
    };
  const different = tables.filter(({ match }) => !match).map(differenceOf);
  const rows = content.tables.reduce((sum, table) => sum + table.rows, 0);
  const counted = tables.filter(({ expected }) => expected?.hash === null).map(fullName);
  const byRows = counted.length > 0 ? `; by their number of rows alone: ${listed(counted)}` : '';
  const well = `${count(tables.length, 'table')}, ${count(rows, 'row')}, nothing differs${byRows}`;
  return check('content', different, well);
}

function differenceOf(table: ProofTable): string {
  const rows = (side: ProofTable['expected']): string =>
    side === null ? 'not there' : count(side.rows, 'row');
  const both = `${rows(table.expected)} in the backup, ${rows(table.actual)} restored`;
  const same = table.expected?.rows === table.actual?.rows;
  return `${fullName(table)}: ${both}${same ? ', of other content' : ''}`;
}

function check(id: string, troubles: readonly string[], well: string): RestoreCheck {
  const ok = troubles.length === 0;
  return { id, ok, detail: ok ? well : listed(troubles, '; ') };
}

function listed(words: readonly string[], separator = ', '): string {
  const shown = words.slice(0, mostListed);
  const more = words.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
