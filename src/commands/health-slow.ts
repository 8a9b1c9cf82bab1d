import { parseDuration } from '../duration.ts';
import { JemError } from '../errors.ts';
import type { Order, SlowResult } from '../health/slow/result.ts';
import { command, type Input } from './command.ts';
import { type Context, openSession, targetOf } from './context.ts';
import { slowText } from './health-slow-text.ts';

const defaultFor = '5s';
const defaultMean = '100ms';
const defaultLimit = 10;
/** Milliseconds: what an application of ours is to keep in normal load. */
const percentiles = { p95Ms: 100, p99Ms: 500 };
const orders: readonly Order[] = ['total', 'mean', 'calls', 'rows', 'temp', 'reads'];

export const healthSlow = command<SlowResult>({
  name: 'health slow',
  summary: 'slow statements, their plans, and what would help',
  description:
    'On PostgreSQL: what ran while it looked, by two samples of pg_stat_statements; without that, by looking at the sessions ten times a second. Plans come from EXPLAIN: no statement is run, nothing waits for a lock. Exit code 1 where a statement that reads or changes rows is beyond --max-mean, or its P95 beyond 100 ms or its P99 beyond 500 ms for certain; where only the sessions can be seen, where one run took longer than --max-mean. With --statements: where there is advice.',
  options: [
    { flags: '--for <time>', help: `how long to look (default: ${defaultFor})` },
    { flags: '--since-reset', help: 'all that was counted since the last reset, at once' },
    {
      flags: '--by <what>',
      help: `the worst first by ${orders.join(', ')} (default: total)`,
    },
    { flags: '--limit <n>', help: `list so many (default: ${defaultLimit})` },
    { flags: '--max-mean <time>', help: `the threshold (default: ${defaultMean})` },
    {
      flags: '--statements <file>',
      help: 'plans of the statements in this file instead; - for standard input',
    },
    {
      flags: '--trust-functions',
      help: 'plan also what calls own IMMUTABLE or STABLE functions, which planning may run',
    },
  ],
  examples: [
    ['jem-db health slow -d postgres://…', 'what is slow now'],
    ['jem-db health slow --since-reset --by mean', 'since the counters began'],
    ['jem-db health slow --statements queries.sql', 'plans and advice for these'],
  ],
  async run(input, context) {
    const { slowStatements } = await import('../health/slow/slow.ts');
    const wishes = {
      forMs: timeOf(input, 'for', defaultFor),
      sinceReset: input.flag('sinceReset'),
      by: orderOf(input),
      limit: input.number('limit') ?? defaultLimit,
      thresholds: { meanMs: timeOf(input, 'maxMean', defaultMean), ...percentiles },
      trustFunctions: input.flag('trustFunctions'),
      script: await scriptOf(input, context),
      signal: context.signal,
    };
    await using session = await openSession(context, await targetOf(context), 'read');
    if (wishes.script === null && !wishes.sinceReset) context.report.progress('looking');
    return await slowStatements(session, wishes);
  },
  finding: ({ beyond }) => beyond > 0,
  render: slowText,
});

function timeOf(input: Input, option: 'for' | 'maxMean', normally: string): number {
  const text = input.text(option) ?? normally;
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  const flag = option === 'for' ? '--for' : '--max-mean';
  throw new JemError('usage', `${flag} takes a time, not "${text}"`, {
    hint: 'Write a number and a unit: 500ms, 30s, 5min.',
  });
}

function orderOf(input: Input): Order {
  const text = input.text('by') ?? 'total';
  const order = orders.find((one) => one === text);
  if (order) return order;
  throw new JemError('usage', `--by takes one of ${orders.join(', ')}, not "${text}"`);
}

/** Null: none is handed in. */
async function scriptOf(input: Input, { read, environment }: Context): Promise<Buffer | null> {
  const name = input.text('statements');
  if (name === undefined) return null;
  if (name === '-') return standardInput();
  const { resolve } = await import('node:path');
  try {
    return Buffer.from(read(resolve(environment.cwd, name)));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('file-missing', `Cannot read the statements from ${name} (${code})`, {
      hint: 'Check the path, and that this user may read the file.',
      cause: error,
    });
  }
}

async function standardInput(): Promise<Buffer> {
  const { createReadStream } = await import('node:fs');
  const stream: AsyncIterable<Buffer> = createReadStream('', { fd: 0, autoClose: false });
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
