import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult, HealthResult } from '../../../../src/health/run.ts';
import { postgresVersions } from '../../../support/postgres.ts';
import { until } from '../../../support/until.ts';
import { lookedAt, plantedGroups } from './looking.ts';
import { mendingSql } from './mending.ts';
import { plantedSecurity } from './planted-security.ts';
import { type PlantedServer, plantedServer } from './planted-server.ts';
import { plantedStructure, plantedTenancy } from './planted.ts';

const all = [...plantedStructure, ...plantedTenancy, ...plantedSecurity];
/** Their tables are what an ALTER TABLE waits for in the incident. */
const tables = [
  ...['"Big Table"', 'parents', 'children', 'narrow', 'own_numbers', 'signed', 'unchecked'],
  ...['published', 'words', 'asleep', 'unforced', 'wide_open', 'heap', 'forgotten'],
].map((name) => `shop.${name}`);

describe.for(postgresVersions())('planted defects on PostgreSQL $major', ({ bin }) => {
  let planted: PlantedServer;
  beforeAll(async () => (planted = await plantedServer(bin)), 60_000);
  afterAll(() => planted[Symbol.asyncDispose]());
  const look = (role?: string) => lookedAt(planted.urlOf(role), plantedGroups);

  it('are found, with the right words and the way out', async () => {
    const { byId, skipped } = await look();
    const seen = all.map(({ id }) => ({ id, status: byId.get(id)?.status }));
    expect(seen).toEqual(all.map(({ id, status }) => ({ id, status })));
    for (const { id, words, hint } of all) {
      const check = byId.get(id)!;
      for (const word of words) expect(wordsOf(check), id).toContain(word);
      expect(check.hint, id).toContain(hint);
    }
    expect(skipped).toContainEqual({
      id: 'unused-indexes',
      reason: 'statistics are 0 days old; use can be told after 30',
    });
  });

  it('are found as well while ALTER TABLE waits behind an idle transaction', async () => {
    const before = await look();
    const clients = [planted.client(), ...tables.map(() => planted.client())];
    const [idle, ...waiting] = clients;
    await Promise.all(clients.map((client) => client.connect()));
    try {
      await idle!.query(`BEGIN; LOCK TABLE ${tables.join(', ')} IN ACCESS SHARE MODE`);
      const altered = waiting.map((client, index) =>
        client.query(`ALTER TABLE ${tables[index]} ADD COLUMN more int`).catch(() => {}),
      );
      await until('all of them to wait', async () => {
        const answer = await planted.sql(
          "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted",
        );
        return Number(answer) >= tables.length;
      });
      const started = performance.now();
      const during = await look();
      expect(performance.now() - started).toBeLessThan(3000);
      expect(statuses(during)).toEqual(statuses(before));
      await planted.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'ALTER TABLE shop.% ADD COLUMN more%'",
      );
      await Promise.all(altered);
    } finally {
      await Promise.allSettled(clients.map((client) => client.end()));
    }
  });

  it.for(['watcher', 'plain'])('are never well for the role %s', async (role) => {
    const { byId, skipped } = await look(role);
    for (const { id } of all) {
      expect(skipped.map((one) => one.id)).not.toContain(id);
      expect(byId.get(id)?.status, id).not.toBe('ok');
    }
    for (const check of byId.values()) {
      if (check.status !== 'unknown') continue;
      expect(`${check.id}: ${check.hint}`).toMatch(/GRANT .* TO "?(watcher|plain)"?;/);
      await planted.sql(check.hint!);
    }
    const granted = await look(role);
    const unknown = [...granted.byId.values()].filter(({ status }) => status === 'unknown');
    expect(unknown).toEqual([]);
    await planted.sql(
      `DROP OWNED BY ${role}; REVOKE pg_read_all_stats, pg_read_all_settings FROM plain;`,
    );
  });

  it('see the network where it is crossed without TLS', async () => {
    const { byId } = await lookedAt(planted.awayUrl, ['security']);
    expect(byId.get('tls-session')).toMatchObject({ status: 'critical' });
    expect(byId.get('tls-session')?.summary).toContain('crosses the network without TLS');
    // A superuser reads the file of a certificate that it was not shown.
    expect(byId.get('server-certificate')).toMatchObject({ status: 'critical' });
    await planted.sql('ALTER SYSTEM SET ssl = off; SELECT pg_reload_conf();');
    await until('TLS to be off', async () => (await planted.sql('SHOW ssl')) === 'off');
    const without = await lookedAt(planted.awayUrl, ['security']);
    expect(without.byId.get('tls-server')).toMatchObject({ status: 'critical' });
    expect(without.byId.get('tls-server')?.summary).toContain('listens on * and offers no TLS');
    await planted.sql('ALTER SYSTEM RESET ssl; SELECT pg_reload_conf();');
    await until('TLS to be on', async () => (await planted.sql('SHOW ssl')) === 'on');
  });

  it('are gone when their hints were followed', async () => {
    const mended = all.filter(({ mends }) => mends).map(({ id }) => id);
    const open = async (): Promise<CheckResult[]> => {
      const { byId } = await look();
      return mended.map((id) => byId.get(id)!).filter((check) => check && check.status !== 'ok');
    };
    for (let round = 0; round < 6; round++) {
      const bad = await open();
      if (bad.length === 0) break;
      for (const { hint } of bad) {
        const { sql, database } = mendingSql(hint!);
        await planted.sql(sql, database);
      }
    }
    expect((await open()).map(({ id, summary }) => `${id}: ${summary}`)).toEqual([]);
  }, 60_000);

  it('of the disk are found by their checksum', async () => {
    const { server } = planted;
    await planted.sql('CREATE TABLE shop.damaged AS SELECT 1 AS a; CHECKPOINT;');
    const file = await planted.sql("SELECT pg_relation_filepath('shop.damaged')");
    await server.stop();
    await planted.mendHba();
    await planted.enableChecksums();
    await planted.damage(join(server.dataFolder, file));
    await server.start();
    await expect(planted.sql('SELECT * FROM shop.damaged')).rejects.toThrow('invalid page');
    const check = await until('the failure to be counted', async () => {
      const { byId } = await look();
      const seen = byId.get('checksum-failures');
      return seen?.status === 'critical' && seen;
    });
    expect(check.summary).toMatch(/^database test_\w+: 1 failure/);
  });
});

function wordsOf({ summary, objects = [] }: CheckResult): string {
  return [summary, ...objects.map(({ name, detail }) => `${name} ${detail}`)].join('\n');
}

function statuses({ checks }: HealthResult): string[] {
  return checks.map(({ id, status }) => `${id} ${status}`);
}
