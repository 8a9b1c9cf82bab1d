import type { Row } from '../engines/values.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import type { ForeignLedger } from './ledgers/ledger.ts';
import { foreignLedgers } from './ledgers/table.ts';

/** A ledger that is there, with its rows. */
export interface FoundLedger {
  readonly ledger: ForeignLedger;
  readonly table: string;
  readonly rows: readonly Row[];
}

/**
 * Looks for ledgers of other tools: of all of them, or of `tool` alone. Of tools that share a
 * table the one counts whose columns are there; of an empty table, the first. Throws `usage` for
 * a tool it does not know.
 */
export async function findForeignLedgers(
  read: (table: string) => Promise<readonly Row[] | null>,
  tool: string | null,
): Promise<FoundLedger[]> {
  const candidates = tool === null ? foreignLedgers : [ledgerOf(tool)];
  const tables = new Set(candidates.flatMap((ledger) => ledger.tables));
  const found: FoundLedger[] = [];
  for (const table of tables) {
    const rows = await read(table);
    const ledger = candidates.find((one) => one.tables.includes(table) && isOf(one, rows?.[0]));
    if (rows && ledger) found.push({ ledger, table, rows });
  }
  return found;
}

function ledgerOf(tool: string): ForeignLedger {
  const namesOf = ({ tool: name, aliases = [] }: ForeignLedger): string[] => [name, ...aliases];
  const named = foreignLedgers.find((one) => namesOf(one).includes(tool.toLowerCase()));
  if (named) return named;
  const tools = foreignLedgers.flatMap(namesOf);
  throw new JemError('usage', `jem-db knows no ledger of "${tool}"`, {
    hint: `It knows ${tools.join(', ')}.${didYouMean(tool, tools)}`,
  });
}

/** Without rows nothing can be told apart, and nothing is lost. */
function isOf({ columns, without = [] }: ForeignLedger, row: Row | undefined): boolean {
  if (!row) return true;
  return (
    columns.every((column) => Object.hasOwn(row, column)) &&
    !without.some((column) => Object.hasOwn(row, column))
  );
}
