import type { Environment, Target, Warning } from '../engine.ts';
import type { Conninfo } from './conninfo.ts';
import { checkPool, checkValues } from './conninfo-checks.ts';
import { fillIn } from './conninfo-defaults.ts';
import { displayOf, shownHosts, type ShownHost } from './conninfo-display.ts';
import { secretKeywords } from './conninfo-keywords.ts';
import { encodeHint, refusal } from './conninfo-refusal.ts';
import { resolveConninfo } from './conninfo-resolve.ts';
import { readConnectionText } from './conninfo-text.ts';

/** A PostgreSQL database as named by the user; `conninfo` holds the secrets. */
export interface PostgresTarget extends Target {
  readonly engine: 'postgres';
  readonly conninfo: Conninfo;
  /** For the files that libpq finds in the home folder when it connects. */
  readonly environment: Environment;
}

/**
 * Reads a connection text as libpq 18 does, with environment, service file, password file and
 * defaults. Throws `bad-database-url` where libpq refuses, and where a password would show.
 */
export async function parsePostgresTarget(
  text: string,
  environment: Environment,
): Promise<PostgresTarget> {
  const reading = readConnectionText(text);
  if (reading.strayAt === 'path') throw loginInPath();
  const values = await fillIn(reading.values, environment);
  checkValues(values);
  checkPool(reading.pool);
  const { conninfo, warnings } = await resolveConninfo(reading, values, environment);
  const mistyped = reading.strayAt === 'host';
  const hosts = shownHosts(conninfo.hosts, { mistyped });

  const target: PostgresTarget = {
    engine: 'postgres',
    conninfo,
    environment,
    display: displayOf(conninfo, hosts),
    understood: understoodOf(conninfo, hosts),
    warnings: mistyped ? [...warnings, mistypedWarning] : warnings,
    async open(options) {
      if (mistyped) throw cannotBeAHost();
      const { openPostgres } = await import('./connection.ts');
      return openPostgres(target, options);
    },
    async openPooler(options) {
      const { openPgBouncer } = await import('./pool/console.ts');
      return openPgBouncer(target, options);
    },
  };
  return target;
}

const mistypedWarning: Warning = {
  code: 'unencoded-at-sign',
  message:
    'The URL has more than one @ before the database: libpq ends the password at the first, so its rest is taken for the host. Write an @ in the password as %40.',
};

// The user would be taken for the host and a piece of the password for the port or the database.
function loginInPath(): Error {
  return refusal(
    'The database URL has an @ behind the host, in the name of the database',
    'The password probably holds an unencoded slash, which ends the host part too early.',
    `${encodeHint} Where the database really has an @ in its name, write it as %40.`,
  );
}

// Asking a name server for such a host would hand it a piece of the password.
function cannotBeAHost(): Error {
  return refusal(
    'The host in the database URL holds an @, which no host does',
    'The password probably holds an unencoded @: PostgreSQL clients end it at the first one.',
    encodeHint,
  );
}

function understoodOf(
  { driver, user, database, passwordFrom, sslmode, params, pool }: Conninfo,
  hosts: readonly ShownHost[],
): Readonly<Record<string, unknown>> {
  return {
    engine: 'postgres',
    ...(driver && { driver }),
    hosts,
    database,
    user,
    passwordSet: passwordFrom !== undefined,
    ...(passwordFrom && { passwordFrom }),
    sslmode,
    params: { ...withoutSecrets(params), ...pool },
  };
}

function withoutSecrets(params: Conninfo['params']): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !secretKeywords.has(name)));
}
