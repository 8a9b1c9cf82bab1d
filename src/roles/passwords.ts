import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RolesComparison, WantedRole, WantedRoles } from '../engines/roles.ts';
import { JemError } from '../errors.ts';
import { createPrivate, isThere, syncFolder } from '../repository/folder/durable.ts';

/** Where passwords come from. */
export interface PasswordWish {
  /** Absolute paths by what names the role: its name, or what it is for. */
  readonly files: ReadonlyMap<string, string>;
  /** Folder for generated ones, absolute; null: none is generated. */
  readonly folder: string | null;
  /** Also where a role has one already. */
  readonly reset: boolean;
}

/** A password that a role is to get. */
export interface PlannedPassword {
  readonly role: string;
  readonly from: 'file' | 'generated';
  /** Read from, or to be written. */
  readonly file: string;
}

/** A role that keeps the password it has, though one was given. */
interface KeptPassword {
  readonly role: string;
  readonly why: string;
}

export interface PasswordPlan {
  readonly planned: readonly PlannedPassword[];
  readonly kept: readonly KeptPassword[];
}

/** Who gets a password, and from where. Throws `usage` for a role that is none of the set. */
export function planPasswords(
  wanted: WantedRoles,
  found: RolesComparison,
  { files, folder, reset }: PasswordWish,
): PasswordPlan {
  const logins = wanted.roles.filter(({ kind }) => kind !== 'owner');
  for (const named of files.keys()) refuseStranger(named, logins);
  const planned: PlannedPassword[] = [];
  const kept: KeptPassword[] = [];
  for (const { kind, name, password } of logins) {
    const file = files.get(name) ?? files.get(kind);
    const source: PlannedPassword | null =
      file !== undefined
        ? { role: name, from: 'file', file }
        : folder !== null && password
          ? { role: name, from: 'generated', file: join(folder, `${fileName(name)}.password`) }
          : null;
    if (source === null) continue;
    const why = reset ? null : reasonToKeep(name, found);
    if (why === null) planned.push(source);
    else if (source.from === 'file' || found.passwords[name] === null)
      kept.push({ role: name, why });
  }
  return { planned, kept };
}

/** A name may hold what a path cannot. */
function fileName(role: string): string {
  return /^\.|[^\w.-]/.test(role) ? Buffer.from(role).toString('hex') : role;
}

function refuseStranger(named: string, logins: readonly WantedRole[]): void {
  if (logins.some(({ kind, name }) => named === name || named === kind)) return;
  throw new JemError('usage', `No role of the set that logs in is called "${named}"`, {
    hint: `--password-file takes ROLE=FILE, with one of ${logins.map(({ name }) => name).join(', ')}.`,
  });
}

function reasonToKeep(name: string, { existing, passwords }: RolesComparison): string | null {
  if (!existing.includes(name) || passwords[name] === 'none') return null;
  return passwords[name] === null
    ? 'it exists, and whether it has a password cannot be seen'
    : 'it has one already';
}

/** Passwords by role, with the files of generated ones written beside their place. */
export interface StagedPasswords extends AsyncDisposable {
  readonly passwords: ReadonlyMap<string, string>;
  /** Puts the files of generated ones in their place. Throws `file-unwritable`. */
  publish(): Promise<void>;
  /** Leaves the files beside their place, and says where. */
  keep(): readonly string[];
}

/**
 * Reads and generates passwords. What was generated lies in `.partial` files, for their owner
 * alone, until it is published; disposing removes what was not. Throws `file-missing`,
 * `file-unreadable`, `file-unwritable`, `bad-setting`.
 */
export async function stagePasswords(
  planned: readonly PlannedPassword[],
  { folder, reset }: PasswordWish,
): Promise<StagedPasswords> {
  const passwords = new Map<string, string>();
  const partials: string[] = [];
  const isNew = folder !== null && !(await isThere(folder));
  const discard = async (): Promise<void> => {
    await Promise.all(partials.map((file) => rm(partial(file), { force: true }).catch(() => {})));
    // Fails where something else lies in it by now, and then it stays.
    if (isNew) await rmdir(folder).catch(() => {});
  };
  try {
    for (const { role, from, file } of planned) {
      if (from === 'file') {
        passwords.set(role, await readPassword(role, file));
        continue;
      }
      const password = randomBytes(generatedBytes).toString('base64url');
      await writePartial(file, password, reset);
      partials.push(file);
      passwords.set(role, password);
    }
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    passwords,
    publish: async () => {
      const files = partials.splice(0);
      try {
        for (const file of files) await rename(partial(file), file);
        if (files.length > 0 && folder !== null) await syncFolder(folder);
      } catch (error) {
        throw unpublished(files, error as NodeJS.ErrnoException);
      }
    },
    keep: () => partials.splice(0).map(partial),
    [Symbol.asyncDispose]: discard,
  };
}

const generatedBytes = 24;
const shortest = 12;

async function readPassword(role: string, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new JemError(
      error.code === 'ENOENT' ? 'file-missing' : 'file-unreadable',
      `Cannot read the password of ${role} from ${file} (${error.code})`,
      { hint: 'Check the path, and that this user may read the file.', cause: error },
    );
  });
  const password = text.replace(/\r?\n$/, '');
  const wrong = /[\r\n\0]/.test(password)
    ? 'has more than one line'
    : [...password].length < shortest
      ? `is shorter than ${shortest} characters`
      : null;
  if (wrong === null) return password;
  throw new JemError('bad-setting', `The password of ${role} in ${file} ${wrong}`, {
    hint: 'Put one line of random characters there, or use --generate-passwords DIR.',
  });
}

async function writePartial(file: string, password: string, reset: boolean): Promise<void> {
  if (!reset && (await isThere(file)))
    throw new JemError('file-unwritable', `${file} is there already`, {
      why: 'The password in it may be in use somewhere.',
      hint: 'Move it away, name another folder, or give --reset-passwords.',
    });
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await rm(partial(file), { force: true });
    await using handle = await createPrivate(partial(file));
    await handle.writeFile(`${password}\n`);
    await handle.sync();
  } catch (error) {
    await rm(partial(file), { force: true }).catch(() => {});
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('file-unwritable', `Cannot write a password to ${file} (${code})`, {
      hint: 'Check the folder and who may write there. Nothing was changed.',
      cause: error,
    });
  }
}

function unpublished(files: readonly string[], error: NodeJS.ErrnoException): JemError {
  return new JemError(
    'file-unwritable',
    `The passwords are set, but not all in place (${error.code})`,
    {
      why: `Each lies in its place, or beside it with .partial behind its name: ${files.join(', ')}.`,
      hint: 'Rename those files by hand.',
      cause: error,
    },
  );
}

function partial(file: string): string {
  return `${file}.partial`;
}
