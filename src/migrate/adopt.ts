import type { Session } from '../engines/engine.ts';
import { JemError } from '../errors.ts';
import { findForeignLedgers, type FoundLedger } from './foreign-ledgers.ts';
import type { Adoption } from './ledgers/ledger.ts';
import { type MigrateSetup, type Workplace, asOnlyRunner, openWorkplace } from './setup.ts';
import { recordAsApplied } from './record.ts';

export interface AdoptResult {
  readonly outcome: 'adopted';
  readonly tool: string;
  readonly table: string;
  /** Migrations that now count as applied; nothing of them was run. */
  readonly adopted: readonly string[];
}

/**
 * Takes over another tool's ledger in place: what it holds as applied is recorded in ours, and its
 * table stays. Throws `ledger-foreign` where it cannot be taken over as it is, naming why, and
 * `ledger-not-empty` where ours has rows.
 */
export async function migrateAdopt(
  session: Session,
  setup: MigrateSetup,
  tool: string | undefined,
): Promise<AdoptResult> {
  const workplace = await openWorkplace(session, setup);
  await workplace.ledger.prepare();
  const found = await findForeign(workplace, tool ?? null);
  const adoption = await found.ledger.applied(found.rows, workplace.folder.migrations);
  refuse(found, adoption);
  return asOnlyRunner(workplace, async () => {
    if (((await workplace.ledger.read()) ?? []).length > 0) throw notEmpty();
    const { migrations } = workplace.folder;
    await recordAsApplied(
      workplace,
      migrations.filter(({ name }) => adoption.names.includes(name)),
    );
    const { ledger, table } = found;
    return { outcome: 'adopted', tool: ledger.tool, table, adopted: adoption.names };
  });
}

async function findForeign({ ledger }: Workplace, tool: string | null): Promise<FoundLedger> {
  const found = await findForeignLedgers((table) => ledger.foreignRows(table), tool);
  const [only, ...others] = found.filter(({ rows }) => rows.length > 0);
  if (only && others.length === 0) return only;
  if (only) throw several([only, ...others]);
  const empty = found.map(({ table }) => table).join(', ');
  throw new JemError(
    'ledger-foreign',
    `No ledger of ${tool ?? 'another tool'} is in this database`,
    {
      why: empty ? `${empty} is there and holds no row.` : 'No table of such a tool is there.',
      hint: 'Is this the right database? One without a ledger is marked by hand: `jem-db migrate baseline NAME`',
    },
  );
}

function several(found: readonly FoundLedger[]): JemError {
  const names = found.map(({ ledger, table }) => `${ledger.tool} (${table})`).join(', ');
  return new JemError('ledger-foreign', `Several ledgers are in this database: ${names}`, {
    hint: 'Say which tool migrated it last: `jem-db migrate adopt TOOL`',
  });
}

function refuse({ ledger, table }: FoundLedger, { refusal, unknown, changed }: Adoption): void {
  const title = `Refused: the ledger of ${ledger.tool} (${table}) cannot be taken over as it is`;
  if (refusal) throw new JemError('ledger-foreign', title, { why: refusal });
  if (unknown.length > 0)
    throw new JemError('ledger-foreign', title, {
      why: `It holds migrations that no file answers to: ${unknown.join(', ')}.`,
      hint: 'Bring those files back (another branch may have them), or name the right folder: --migrations DIR',
    });
  if (changed.length > 0)
    throw new JemError('ledger-foreign', title, {
      why: `These files are not the ones that were applied: ${changed.join(', ')}.`,
      hint: 'Put them back as they were.',
    });
}

function notEmpty(): JemError {
  return new JemError('ledger-not-empty', 'Refused: jem-db’s own ledger has rows already', {
    why: 'Another tool’s ledger is taken over once, before jem-db migrates.',
    hint: 'See them: `jem-db migrate status`',
  });
}
