import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { execa } from 'execa';
import type { Finding, HealthStatus, NotApplicable } from '../../../src/engines/health.ts';
import { sqliteChecks } from '../../../src/engines/sqlite/health/checks.ts';
import { statusOfFinding } from '../../../src/health/status.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { open } from './session-tools.ts';

export interface Planted extends AsyncDisposable {
  readonly file: string;
  /** Runs a script on a connection of its own. */
  run(script: string): void;
  /** Hashes of all files beside the database, by name. */
  files(): Readonly<Record<string, string>>;
}

/** A database file that its owner alone may read, with what a script puts into it. */
export async function planted(script: string): Promise<Planted> {
  const folder = await temporaryFolder();
  const file = join(folder.path, 'app.db');
  const run = (text: string): void => {
    const db = new Database(file);
    db.unsafeMode(true);
    db.exec(text);
    db.close();
  };
  run(script);
  await chmod(file, 0o600);
  return {
    ...{ file, run },
    files: () =>
      Object.fromEntries(
        readdirSync(dirname(file)).map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(join(dirname(file), name)))
            .digest('hex'),
        ]),
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

export interface Seen extends Omit<Finding, 'status'> {
  readonly status: HealthStatus | 'not applicable';
}

interface Limits {
  readonly statementTimeout?: number;
  readonly budget?: number;
}

/** What one check finds, held against its own thresholds. */
export async function seen(file: string, id: string, limits: Limits = {}): Promise<Seen> {
  await using session = await open(file, 'look');
  const probe = await session.health({
    ...{ signal: new AbortController().signal, connectMs: 1, lockTimeout: 50 },
    ...{ statementTimeout: 5000, budget: 20_000, tenantColumns: [], ...limits },
  });
  const check = sqliteChecks.find((one) => one.id === id);
  if (!check) throw new Error(`there is no check ${id}`);
  const finding = await probe.look(id, check.thresholds);
  if (isNotApplicable(finding))
    return { status: 'not applicable', value: null, summary: finding.notApplicable, hint: null };
  return { ...finding, status: statusOfFinding(finding, check.thresholds, check) };
}

function isNotApplicable(finding: Finding | NotApplicable): finding is NotApplicable {
  return 'notApplicable' in finding;
}

/** All that is not well, by id; what runs on request is among it. */
export async function findings(file: string): Promise<Readonly<Record<string, HealthStatus>>> {
  const bad: Record<string, HealthStatus> = {};
  for (const { id } of sqliteChecks) {
    const { status } = await seen(file, id);
    if (status !== 'ok' && status !== 'not applicable') bad[id] = status;
  }
  return bad;
}

/** A process that has run a script on the database, and keeps the connection until it is ended. */
export async function holding(file: string, script: string): Promise<Holder> {
  const program = `
    const db = new (require('better-sqlite3'))(process.argv[1]);
    for (const sql of JSON.parse(process.argv[2])) {
      const statement = db.prepare(sql);
      if (statement.reader) statement.all(); else statement.run();
    }
    console.log('ready');
    process.stdin.resume();`;
  const statements = JSON.stringify(script.split(';').filter((one) => one.trim() !== ''));
  const child = execa(process.execPath, ['-e', program, file, statements], {
    cwd: import.meta.dirname,
    reject: false,
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('it ended early')));
  });
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
  };
  return { pid: child.pid ?? 0, end, [Symbol.asyncDispose]: end };
}

export interface Holder extends AsyncDisposable {
  readonly pid: number;
  /** By SIGKILL. */
  end(): Promise<void>;
}
