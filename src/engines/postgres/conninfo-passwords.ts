import { join, resolve } from 'node:path';
import type { Environment, Warning } from '../engine.ts';
import type { PasswordOrigin, PostgresHost } from './conninfo.ts';
import type { Values } from './conninfo-defaults.ts';
import type { NamedHost } from './conninfo-hosts.ts';
import { readPasswordFile } from './password-file.ts';

interface WithPasswords {
  readonly hosts: readonly PostgresHost[];
  readonly passwordFrom?: PasswordOrigin;
  readonly warnings: readonly Warning[];
}

/** Gives each host its password: the one that was given, else the one of the password file. */
export async function withPasswords(
  named: readonly NamedHost[],
  login: { user: string; database: string },
  { values, environment }: { values: Values; environment: Environment },
): Promise<WithPasswords> {
  const given = values.get('password');
  if (given?.value) {
    const { value, from } = given;
    return { hosts: named.map((host) => hostWith(host, value)), passwordFrom: from, warnings: [] };
  }
  const passfile = values.get('passfile')?.value ?? '';
  const file = resolve(environment.cwd, passfile || join(environment.home, '.pgpass'));
  const lines = await readPasswordFile(file, { expected: passfile !== '' });
  const hosts = named.map((host) =>
    hostWith(host, lines.find({ ...host.inPasswordFile, ...login })),
  );
  const found = hosts.some(({ password }) => password);
  return { hosts, ...(found && { passwordFrom: 'password-file' }), warnings: lines.warnings };
}

function hostWith({ inPasswordFile: _, ...host }: NamedHost, password?: string): PostgresHost {
  return password ? { ...host, password } : host;
}
