import { keywords } from './conninfo-keywords.ts';
import { refusal, unknownParameter } from './conninfo-refusal.ts';
import { requireSsl, type Reading } from './uri.ts';

// The white space of the C locale; a no-break space belongs to the value.
const blank = /[ \t\n\v\f\r]/;
const quoteHint =
  "Write name=value pairs separated by blanks; put a value with blanks in single quotes, with \\' for a quote in it.";

/** Splits `host=… dbname='…'` exactly as libpq 18 does. */
export function readKeyValue(text: string): Reading {
  const values = new Map<string, string>();
  let at = 0;
  const skipBlanks = (): void => {
    while (at < text.length && blank.test(text[at]!)) at++;
  };

  for (skipBlanks(); at < text.length; skipBlanks()) {
    const start = at;
    while (at < text.length && text[at] !== '=' && !blank.test(text[at]!)) at++;
    const name = text.slice(start, at);
    skipBlanks();
    if (text[at] !== '=') throw missingEquals();
    at++;
    skipBlanks();
    const { value, end } = text[at] === "'" ? quoted(text, at + 1) : unquoted(text, at);
    at = end;
    store(values, name, value);
  }
  return { values, pool: new Map(), strayAt: null };
}

function missingEquals(): Error {
  return refusal(
    'The connection text has a word without =',
    'It is read as name=value pairs, and one of its words is neither; a value with a blank or a quote in it may have been cut in two.',
    quoteHint,
  );
}

function store(values: Map<string, string>, name: string, value: string): void {
  if (name === 'requiressl') values.set('sslmode', requireSsl(value));
  else if (keywords.has(name)) values.set(name, value);
  else {
    const holdsUrl = [...values.values()].some((given) => given.includes('://'));
    throw unknownParameter(name, { mayBeSecret: values.has('password') || holdsUrl });
  }
}

interface Value {
  readonly value: string;
  readonly end: number;
}

function quoted(text: string, start: number): Value {
  let value = '';
  for (let at = start; at < text.length; at++) {
    if (text[at] === "'") return { value, end: at + 1 };
    if (text[at] === '\\') at++;
    value += text[at] ?? '';
  }
  throw refusal(
    'The connection text has a quote that is never closed',
    'A value that starts with a single quote ends at the next one.',
    quoteHint,
  );
}

function unquoted(text: string, start: number): Value {
  let value = '';
  let at = start;
  for (; at < text.length && !blank.test(text[at]!); at++) {
    if (text[at] === '\\') at++;
    value += text[at] ?? '';
  }
  return { value, end: at };
}
