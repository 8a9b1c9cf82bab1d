import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../engine.ts';
import { keywords } from './conninfo-keywords.ts';
import { refusal } from './conninfo-refusal.ts';

/**
 * The parameters of a service: `PGSERVICEFILE`, else `~/.pg_service.conf`, else the system's file.
 * The first line for a parameter wins. Throws `bad-database-url` where the service is nowhere.
 */
export async function serviceValues(
  service: string,
  { env, home }: Environment,
): Promise<ReadonlyMap<string, string>> {
  const named = env['PGSERVICEFILE'];
  const own = named ?? join(home, '.pg_service.conf');
  const systemFolders = env['PGSYSCONFDIR']
    ? [env['PGSYSCONFDIR']]
    : ['/etc/postgresql-common', '/etc'];
  const files = [own, ...systemFolders.map((folder) => join(folder, 'pg_service.conf'))];

  for (const file of files) {
    const text = await textOf(file);
    if (text === null && file === named) throw unreadable(file);
    const found = text === null ? null : sectionOf(text, service, file);
    if (found) return found;
  }
  throw refusal(
    `The service${/^[\w.-]*$/.test(service) ? ` "${service}"` : ''} is not defined`,
    `No section of that name stands in ${files.join(', ')}.`,
    'Check the name (service= or PGSERVICE) and the file (PGSERVICEFILE).',
  );
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return null;
  }
}

function unreadable(file: string): Error {
  return refusal(
    `The service file ${file || '""'} cannot be read`,
    'PGSERVICEFILE names it, and a service is asked for.',
    'Check the path, and that this user may read the file.',
  );
}

// libpq reads a line into a buffer of 1024 bytes, its newline and a NUL included.
const longestLine = 1021;

function sectionOf(text: string, service: string, file: string): Map<string, string> | null {
  let values: Map<string, string> | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, '');
    const malformed = (why: string): Error =>
      refusal(`The service file ${file} is malformed at line ${index + 1}`, why, formHint);
    if (Buffer.byteLength(raw) > longestLine) throw malformed('The line is too long.');
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (values) return values;
      if (line.startsWith(`[${service}]`)) values = new Map();
    } else if (values) readLine(line, values, malformed);
  }
  return values;
}

const formHint =
  'Under [name] stand lines of the form host=db.example, without blanks around the =.';

function readLine(
  line: string,
  values: Map<string, string>,
  malformed: (why: string) => Error,
): void {
  const equals = line.indexOf('=');
  if (line.startsWith('ldap')) throw malformed('Services in LDAP are not supported.');
  if (equals < 0) throw malformed('The line has no =.');
  const name = line.slice(0, equals);
  if (name === 'service') throw malformed('A service cannot name another service.');
  if (!keywords.has(name))
    throw malformed('What stands before the = is no parameter of PostgreSQL.');
  if (!values.has(name)) values.set(name, line.slice(equals + 1));
}
