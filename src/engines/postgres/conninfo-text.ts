import { refusal } from './conninfo-refusal.ts';
import { readKeyValue } from './key-value.ts';
import { isUri, readUri, type Reading } from './uri.ts';

/** Splits a URI or a key=value text exactly as libpq 18 does. Throws `bad-database-url`. */
export function readConnectionText(text: string): Reading {
  if (text.includes('\0'))
    throw refusal('The database URL holds a NUL character', 'No name can hold it.', 'Remove it.');
  if (isUri(text)) return readUri(text);
  if (/^\s*[a-z]*:/i.test(text))
    throw refusal(
      'The database URL does not start with postgres://',
      'The scheme is written in lower case, with a colon and two slashes, and nothing before it.',
      'Write postgres://user:password@host:5432/database.',
    );
  return readKeyValue(text);
}
