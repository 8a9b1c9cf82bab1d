import { readFileSync } from 'node:fs';
import { Interrupted, JemError } from '../../../src/errors.ts';
import { StatementFailure } from '../../../src/engines/migrating.ts';
import { inserting, migrationsOf, open, script, up } from './session-tools.ts';

// A runner in a process of its own: bundled by `startRunner`, told what to do by its arguments.
const [task = '', file = '', argument = ''] = process.argv.slice(2);
const controller = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => controller.abort(new Interrupted(name)));

const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Applies files that were given as `name: sql`, one by one or together; tells the outcome of each. */
async function apply(together: boolean): Promise<void> {
  const files: Record<string, string> = JSON.parse(readFileSync(argument, 'utf8'));
  const steps = Object.entries(files).map(([name, sql]) => up(name, sql, 20_000));
  await using session = await open(file, 'create', { signal: controller.signal });
  const migrations = migrationsOf(session, controller.signal);
  await migrations.exclusively({ timeout: 20_000, onWait: () => {} }, async () => {
    let done = 0;
    while (done < steps.length) {
      tell({ starting: done });
      const [step] = steps.slice(done);
      if (!step) return;
      const outcome = together
        ? await migrations.applyGroup?.(steps.slice(done))
        : { results: [{ outcome: await migrations.apply(step) }], failure: null };
      if (outcome?.failure instanceof Error) throw outcome.failure;
      for (const result of outcome?.results ?? [])
        tell({ name: Object.keys(files)[done++], result: result.outcome });
    }
  });
}

async function unwrapped(): Promise<void> {
  await using session = await open(file, 'create', { signal: controller.signal });
  const migrations = migrationsOf(session, controller.signal);
  await migrations.exclusively({ timeout: 20_000, onWait: () => {} }, async () => {
    tell({ starting: 0 });
    const step = { change: inserting('1'), lockTimeout: 20_000, done: 0 };
    const run = script(readFileSync(argument));
    tell({ name: '1', result: await migrations.applyUnwrapped({ ...step, script: run }) });
  });
}

async function openOnly(): Promise<void> {
  await using session = await open(file, argument === 'read' ? 'read' : 'create');
  if (argument === 'write') await migrationsOf(session).prepare();
  if (argument === 'change') await session.query('CREATE TABLE written (a)');
  tell({ rows: (await session.query('SELECT count(*) AS n FROM sqlite_schema'))[0] });
}

/** Runs one script that is read into memory, and tells what the process needed at most. */
async function large(): Promise<void> {
  await using session = await open(file);
  const migrations = migrationsOf(session);
  await migrations.exclusively({ timeout: 100, onWait: () => {} }, async () => {
    const before = process.resourceUsage().maxRSS;
    const bytes = readFileSync(argument);
    const step = { change: inserting('1'), lockTimeout: 100, script: script(bytes) };
    const result = await migrations.apply(step);
    const { maxRSS } = process.resourceUsage();
    tell({ result, fileKiB: bytes.length / 1024, grewKiB: maxRSS - before });
  });
}

const tasks: Readonly<Record<string, () => Promise<void>>> = {
  apply: () => apply(false),
  together: () => apply(true),
  unwrapped,
  open: openOnly,
  large,
};

try {
  await tasks[task]?.();
} catch (thrown) {
  const error = thrown instanceof StatementFailure ? thrown.reason : thrown;
  if (!(error instanceof JemError)) throw error;
  const { code, message, retryable, exitCode, details } = error;
  tell({ failed: { code, message, retryable, why: details.why } });
  process.exitCode = exitCode;
}
