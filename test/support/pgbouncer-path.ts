import { access } from 'node:fs/promises';

// Debian puts it where the PATH of an ordinary user does not look.
const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'];

/** The pooler's program; throws a sentence naming the package where there is none. */
export async function pgbouncerPath(): Promise<string> {
  for (const place of places) {
    if (
      await access(place).then(
        () => true,
        () => false,
      )
    )
      return place;
  }
  throw new Error('The tests need PgBouncer: install the package `pgbouncer`.');
}
