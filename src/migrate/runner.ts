import { MigrationError, Umzug } from 'umzug';

/**
 * Runs migrations one after another through umzug, in the order given, until one fails; its own
 * error is thrown. umzug keeps no record of its own: each migration's row is committed with it,
 * and a storage hook that runs afterwards would come too late.
 */
export async function runInOrder<T>(
  things: ReadonlyMap<string, T>,
  direction: 'up' | 'down',
  run: (name: string, thing: T) => Promise<void>,
): Promise<void> {
  const names = [...things.keys()];
  const migrations = [...things].map(([name, thing]) => ({
    name,
    up: () => run(name, thing),
    down: () => run(name, thing),
  }));
  const nothing = async (): Promise<void> => {};
  const umzug = new Umzug({
    migrations,
    storage: {
      executed: async () => (direction === 'up' ? [] : names),
      logMigration: nothing,
      unlogMigration: nothing,
    },
    logger: undefined,
  });
  try {
    await umzug[direction]({ migrations: names });
  } catch (error) {
    throw error instanceof MigrationError ? error.cause : error;
  }
}
