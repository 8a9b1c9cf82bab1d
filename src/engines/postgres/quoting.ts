import { JemError } from '../../errors.ts';

/** A name as SQL has it, whatever characters it holds. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text as a literal that reads the same whatever `standard_conforming_strings` and
 * `backslash_quote` a script has set. Throws `migration-unreadable` where the text holds a NUL.
 */
export function literal(text: string): string {
  if (text.includes('\0'))
    throw new JemError('migration-unreadable', 'A name holds a NUL character', {
      why: 'No text of PostgreSQL can hold one.',
    });
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** As `literal`; a text that PostgreSQL cannot hold is left out. */
export function keptText(text: string | null): string {
  return text === null || text.includes('\0') ? 'NULL' : literal(text);
}
