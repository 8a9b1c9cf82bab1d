import { JemError } from '../../errors.ts';
import { nearMiss } from '../../near-miss.ts';
import { foreignWords, keywords, poolWords } from './conninfo-keywords.ts';

export const encodeHint =
  'Percent-encode the password: @ is %40, / is %2F, ? is %3F, # is %23, : is %3A, % is %25. ' +
  'Or leave it out and use PGPASSWORD or a password file.';

/** A connection text that cannot be meant; callers put no piece of the text into the words. */
export function refusal(message: string, why: string, hint: string): JemError {
  return new JemError('bad-database-url', message, { why, hint });
}

/**
 * A parameter name that libpq does not know. `mayBeSecret`: the word may be a piece of a password
 * that was cut short, so it is named only where it is all but one of the known words.
 */
export function unknownParameter(word: string, at: { mayBeSecret: boolean }): JemError {
  const instead = foreignWords.get(word);
  const near = nearMiss(word, [...keywords.keys(), ...poolWords]);
  const speakable = /^[A-Za-z][\w.]{0,40}$/.test(word) && !at.mayBeSecret;
  const named = instead || near || speakable ? ` "${word}"` : '';
  const why = named
    ? 'PostgreSQL clients refuse parameters they do not know.'
    : 'What stands there is no parameter of PostgreSQL; it may belong to an unencoded password.';
  const hint = instead ?? (near ? `Did you mean ${near}?` : null);
  return refusal(
    `The database URL has an unknown parameter${named}`,
    why,
    hint ?? (named ? 'Leave it out.' : encodeHint),
  );
}
