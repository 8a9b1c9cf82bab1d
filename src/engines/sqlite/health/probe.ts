import type { Finding, HealthOptions, HealthProbe } from '../../health.ts';
import type { Connection } from '../driver.ts';
import { sqliteError } from '../errors.ts';
import { sqliteChecks } from './checks.ts';
import { sqliteMetrics } from './metrics.ts';

/** Looks at the health of a database file. */
export function sqliteProbe(connection: Connection, options: HealthOptions): HealthProbe {
  return {
    metrics: () => Promise.resolve(sqliteMetrics(connection)),
    bounded: (body) => body(),
    async look(id) {
      const check = sqliteChecks.find((one) => one.id === id)!;
      try {
        return await check.look(connection, options);
      } catch (error) {
        options.signal.throwIfAborted();
        return refused(sqliteError(error, connection));
      }
    },
  };
}

/** Damage shows in whatever check happens to read the page. */
function refused({ code, message, details }: ReturnType<typeof sqliteError>): Finding {
  return {
    status: code === 'corruption' || code === 'not-a-database' ? 'critical' : 'unknown',
    value: null,
    summary: message,
    hint: details.hint ?? null,
  };
}
