import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface PostgresVersion {
  readonly major: number;
  /** Folder of `postgres`, `initdb`, `psql` … of that version. */
  readonly bin: string;
}

const wanted = [15, 18];
const script = '../shared/tools/postgres-versions';

async function candidates(): Promise<string[]> {
  const given = process.env['JEM_DB_TEST_POSTGRES'];
  if (given) return given.split(':').filter(Boolean);
  if (await exists(script)) {
    const { stdout } = await execa(script, wanted.map(String));
    return stdout.split('\n').filter(Boolean);
  }
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  return versions.map((version) => join(root, version, 'bin'));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function versionAt(bin: string): Promise<PostgresVersion> {
  const { stdout } = await execa(join(bin, 'postgres'), ['--version']);
  const major = /(\d+)/.exec(stdout)?.[1];
  if (!major) throw new Error(`${bin}/postgres --version printed: ${stdout}`);
  return { major: Number(major), bin };
}

/** The PostgreSQL versions the tests run against; throws a sentence where one is missing. */
export async function findPostgresVersions(): Promise<PostgresVersion[]> {
  const found = await Promise.all((await candidates()).map(versionAt));
  return wanted.map((major) => {
    const version = found.find((one) => one.major === major);
    if (version) return version;
    throw new Error(
      `The tests need PostgreSQL ${wanted.join(' and ')}; ${major} was not found. Install the ` +
        `package postgresql-${major}, or name the folders of the programs in ` +
        'JEM_DB_TEST_POSTGRES, separated by colons.',
    );
  });
}
