import { describe, expect, it } from 'vitest';
import { unusedIndexes } from '../../../../src/engines/postgres/health/checks/unused-indexes.ts';
import { ruleText } from '../../../../src/engines/postgres/health/hba.ts';
import { postgresVersions, sharedPostgres } from '../../../support/postgres.ts';
import { healthFacts } from '../../../../src/engines/postgres/health/facts.ts';
import { opened } from '../connecting.ts';

const [version] = postgresVersions();

describe('what no test can plant', () => {
  it('is an index without use for a month: statistics cannot be made older', async () => {
    const server = await sharedPostgres(version!.major);
    await using session = await opened(server.url());
    const facts = await healthFacts(session, { connectMs: 1, tenantColumns: [] });
    const row = { name: 'shop.big', table: 'shop.orders', kind: 'i', bytes: 20 * 2 ** 20 };
    const judged = (days: number) =>
      unusedIndexes.judge([{ ...row, days }], facts, unusedIndexes.thresholds, []);
    expect(judged(29.9)).toEqual({
      notApplicable: 'statistics are 29 days old; use can be told after 30',
    });
    expect(judged(30)).toMatchObject({
      value: 1,
      summary: '1 index of 20 MiB in all had no use in 30 days',
      hint: 'Look at the same on each replica, which counts for itself; then DROP INDEX CONCURRENTLY shop.big;',
      objects: [{ name: 'shop.big', detail: 'on shop.orders, 20 MiB' }],
    });
  });

  it('writes a line of pg_hba.conf as it stands there', () => {
    const rule = { file: '/x/pg_hba.conf', line: 3, type: 'host', databases: 'all', users: 'app' };
    const network = { address: '10.0.0.0', netmask: '255.0.0.0', method: 'md5', error: null };
    expect(ruleText({ ...rule, ...network })).toBe('host all app 10.0.0.0/255.0.0.0 md5');
    const local = { type: 'local', address: null, netmask: null, method: 'peer', error: null };
    expect(ruleText({ ...rule, ...local })).toBe('local all app peer');
  });
});
