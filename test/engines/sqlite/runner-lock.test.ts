import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { refusal } from './failures.ts';
import { migrationsOf, open, up } from './session-tools.ts';
import { workbench } from './workbench.ts';

const patient = { timeout: 20_000, onWait: () => {} };

/** A promise that the test keeps open. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('the lock of a runner', () => {
  test('is held over all transactions of a run, and the next one tells whom it waits for', async () => {
    await using bench = await workbench();
    await using second = await open(bench.file);
    const { opened, open: letGo } = gate();
    const events: string[] = [];
    const first = bench.migrations.exclusively(patient, async () => {
      await bench.migrations.apply(up('1', 'CREATE TABLE t1 (a)'));
      await opened;
      await bench.migrations.apply(up('2', 'CREATE TABLE t2 (a)'));
      events.push('first done');
    });
    const told: unknown[] = [];
    const wait = {
      timeout: 20_000,
      onWait: (holder: unknown, waitedMs: number) => {
        told.push(holder);
        expect(waitedMs).toBeLessThan(1000);
        letGo();
      },
    };
    await migrationsOf(second).exclusively(wait, async () => void events.push('second'));
    await first;
    expect(events).toEqual(['first done', 'second']);
    expect(told).toEqual([{ description: 'another connection of this process' }]);
  });

  test('is one lock by whatever name the file is opened', async () => {
    await using bench = await workbench();
    const link = join(bench.folder, 'link.db');
    await symlink(bench.file, link);
    await using second = await open(link);
    const wait = { timeout: 100, onWait: () => {} };
    await bench.migrations.exclusively(patient, async () => {
      const error = await refusal(migrationsOf(second).exclusively(wait, async () => {}));
      expect([error.code, error.retryable]).toEqual(['runner-busy', true]);
      expect(error.message).toContain('for more than 0.1 s');
      expect(error.details.hint).toContain('--runner-timeout');
    });
  });

  test('leaves nothing behind, whatever comes of the run', async () => {
    await using bench = await workbench();
    await bench.migrations.exclusively(patient, async () => {
      expect(await readdir(bench.folder)).toEqual(['app.db', 'app.db-jem-db-lock']);
    });
    const failing = bench.migrations.exclusively(patient, async () => {
      throw new Error('of the body');
    });
    await expect(failing).rejects.toThrow('of the body');
    expect(await readdir(bench.folder)).toEqual(['app.db']);
  });

  test('the signal ends the waiting for it', async () => {
    await using bench = await workbench();
    const controller = new AbortController();
    await using second = await open(bench.file, 'create', { signal: controller.signal });
    const reason = new Interrupted('SIGINT');
    await bench.migrations.exclusively(patient, async () => {
      const waiting = migrationsOf(second, controller.signal).exclusively(patient, async () => {});
      setImmediate(() => controller.abort(reason));
      await expect(waiting).rejects.toBe(reason);
    });
  });

  test('many wait for it at once, and each gets it alone', async () => {
    await using bench = await workbench();
    let inside = 0;
    let most = 0;
    const runs = Array.from({ length: 12 }, async () => {
      await using session = await open(bench.file);
      await migrationsOf(session).exclusively(patient, async () => {
        most = Math.max(most, ++inside);
        await migrationsOf(session).read();
        inside--;
      });
    });
    await Promise.all(runs);
    expect(most).toBe(1);
    expect(await readdir(bench.folder)).toEqual(['app.db']);
  });

  test('a runner whose work keeps others from reading is waited for, too', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'app.db');
    await using first = await open(file);
    const migrations = migrationsOf(first);
    const { opened, open: letGo } = gate();
    const running = migrations.exclusively(patient, async () => {
      const step = up('1', async (database) => {
        await database.execute('PRAGMA cache_size = 10; CREATE TABLE t (a)');
        await database.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
          INSERT INTO t SELECT zeroblob(4000) FROM n`);
        await opened;
      });
      await migrations.apply(step);
    });
    const told: string[] = [];
    const signal = new AbortController().signal;
    const wait = {
      timeout: 20_000,
      onWait: () => {
        told.push('waits');
        letGo();
      },
    };
    await using second = await open(file, 'create');
    const later = second.migrations({ signal, ledgerTable: 'jem_db_migrations', wait });
    await later.prepare();
    expect(told).toEqual(['waits']);
    expect(await later.read()).toHaveLength(1);
    await running;
  });
});
