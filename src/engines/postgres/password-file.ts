import { readFile, stat } from 'node:fs/promises';
import type { Warning } from '../engine.ts';

/** What a line of the file has to match, as libpq compares it: as text, `*` for anything. */
interface Login {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
}

export interface PasswordFile {
  /** The password of the first line that matches. */
  find(login: Login): string | undefined;
  readonly warnings: readonly Warning[];
}

/**
 * Reads `host:port:database:user:password` lines. A file that others may read is ignored with a
 * warning, as libpq does; `expected`: a missing file is worth a warning, for somebody named it.
 */
export async function readPasswordFile(
  file: string,
  { expected }: { expected: boolean },
): Promise<PasswordFile> {
  const ignored = (reason: string): PasswordFile => ({
    find: () => undefined,
    warnings: [
      { code: 'password-file-ignored', message: `The password file ${file} is ignored: ${reason}` },
    ],
  });
  let text: string;
  try {
    const { mode, isFile } = await statOf(file);
    if (!isFile) return ignored('it is not a plain file.');
    if (process.platform !== 'win32' && mode & 0o077)
      return ignored('others may read it. Run chmod 0600 on it.');
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (expected) return ignored(`it cannot be read (${code}).`);
    return { find: () => undefined, warnings: [] };
  }
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map(fieldsOf);
  return { find: (login) => lines.find((line) => matches(line, login))?.[4]?.text, warnings: [] };
}

async function statOf(file: string): Promise<{ mode: number; isFile: boolean }> {
  const found = await stat(file);
  return { mode: found.mode, isFile: found.isFile() };
}

interface Field {
  readonly raw: string;
  readonly text: string;
}

/** Splits at colons; a backslash takes the next character as it is. */
function fieldsOf(line: string): readonly Field[] {
  const whole = line.replace(/\r+$/, '');
  const fields: { raw: string; text: string }[] = [{ raw: '', text: '' }];
  for (let at = 0; at < whole.length; at++) {
    const field = fields.at(-1)!;
    if (whole[at] === ':') {
      fields.push({ raw: '', text: '' });
      continue;
    }
    const escaped = whole[at] === '\\' && at + 1 < whole.length;
    field.raw += escaped ? whole[at++]! + whole[at]! : whole[at]!;
    field.text += whole[at]!;
  }
  return fields;
}

function matches(fields: readonly Field[], { host, port, database, user }: Login): boolean {
  if (fields.length < 5) return false;
  const wanted = [host, port, database, user];
  return wanted.every(
    (value, index) => fields[index]!.raw === '*' || fields[index]!.text === value,
  );
}
