import { folded } from '../schema/keywords.ts';

/** As SQLite compares names, without the schema that all of them are in. */
export function plainName(name: string): string {
  return folded(name.replace(/^main\./i, ''));
}
