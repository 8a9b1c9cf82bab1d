import type { ContentOptions, RestoreCheck } from '../engines/backing-up.ts';
import type { Engine, Session } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { fullName } from '../repository/full-name.ts';
import type { Manifest, ProofTable } from '../repository/manifest.ts';
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

/**
 * Compares what was restored with what the manifest says of the snapshot: content, sequences,
 * schema and the migrations' ledger.
 */
export async function compareAll(
  session: Session,
  manifest: Manifest,
  options: CompareOptions,
): Promise<Compared> {
  const { signal, ledgerTable, compareSchemas } = options;
  const content = await session.content(options);
  const tables = compareTables(manifest.content, content);
  const schema = await session.schema({ ledgerTable, signal });
  const ledger = await session.migrations({ ledgerTable, signal }).read();
  const differences = await compareSchemas(session.engine, manifest.schema, schema);
  return {
    tables,
    checks: [
      contentCheck(manifest, content.method, tables),
      check('sequences', sequenceTroubles(manifest.content, content), [
        manifest.content.sequences.length,
        'sequences, none behind the backup',
      ]),
      check('schema', differences, [manifest.schema.objects.length, 'objects, all the same']),
      check('ledger', ledgerTroubles(manifest.ledger, ledger), [
        manifest.ledger?.length ?? 0,
        'migrations, all the same',
      ]),
    ],
  };
}

function contentCheck(
  { content }: Manifest,
  method: string,
  tables: readonly ProofTable[],
): RestoreCheck {
  if (content.method !== method)
    return {
      id: 'content',
      ok: false,
      detail: `not comparable: fingerprints by ${content.method}, and now by ${method}; verify with the jem-db that made it`,
    };
  const different = tables
    .filter(({ match }) => !match)
    .map((table) => {
      const rows = (side: ProofTable['expected']): string =>
        side === null ? 'not there' : `${side.rows} rows`;
      const both = `${rows(table.expected)} in the backup, ${rows(table.actual)} restored`;
      const same = table.expected?.rows === table.actual?.rows;
      return `${fullName(table)}: ${both}${same ? ', of other content' : ''}`;
    });
  const rows = content.tables.reduce((sum, table) => sum + table.rows, 0);
  return check('content', different, [tables.length, `tables, ${rows} rows, all the same`]);
}

function check(
  id: string,
  troubles: readonly string[],
  [number, words]: readonly [number, string],
): RestoreCheck {
  const shown = troubles.slice(0, 10);
  if (troubles.length > shown.length) shown.push(`and ${troubles.length - shown.length} more`);
  return {
    id,
    ok: troubles.length === 0,
    detail: troubles.length === 0 ? `${number} ${words}` : shown.join('; '),
  };
}
