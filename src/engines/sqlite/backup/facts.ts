import type { Database } from '../driver.ts';
import { pragma } from '../values.ts';

/** What stands in the head of a database file. A restored one has the same. */
export const factNames = [
  'journal_mode',
  'encoding',
  'page_size',
  'page_count',
  'auto_vacuum',
  'user_version',
  'application_id',
] as const;

export type Facts = Readonly<Record<(typeof factNames)[number], unknown>>;

export function factsOf(db: Database): Facts {
  return Object.fromEntries(factNames.map((name) => [name, pragma(db, name)])) as Facts;
}
