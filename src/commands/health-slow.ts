import { JemError } from '../errors.ts';
import type { Order, SlowResult } from '../health/slow/result.ts';
import { duration } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { type Context, openSession, targetOf } from './context.ts';
import { slowText } from './health-slow-text.ts';
import { timeOption } from './time-option.ts';

/** Milliseconds. */
const defaultFor = 5000;
const defaultLimit = 10;
/** Milliseconds: the mean, and what an application of ours is to keep in normal load. */
export const slowThresholds = { meanMs: 100, p95Ms: 100, p99Ms: 500 } as const;
const orders: readonly Order[] = ['total', 'mean', 'calls', 'rows', 'temp', 'reads'];

export const healthSlow = command<SlowResult>({
  name: 'health slow',
  summary: 'slow statements, their plans, and what would help',
  description:
    'On PostgreSQL: what ran while it looked, by two samples of pg_stat_statements; without that, by looking at the sessions ten times a second. Plans come from EXPLAIN: no statement is run, nothing waits for a lock. Exit code 1 where a statement that reads or changes rows is beyond --max-mean, or its P95 beyond 100 ms or its P99 beyond 500 ms for certain; where only the sessions can be seen, where one run took longer than --max-mean. With --statements: where there is advice.',
  options: [
    { flags: '--for <time>', help: `how long to look (default: ${duration(defaultFor)})` },
    { flags: '--since-reset', help: 'all that was counted since the last reset, at once' },
    {
      flags: '--by <what>',
      help: `the worst first by ${orders.join(', ')} (default: total)`,
    },
    { flags: '--limit <n>', help: `list so many (default: ${defaultLimit})` },
    {
      flags: '--max-mean <time>',
      help: `the threshold (default: ${duration(slowThresholds.meanMs)})`,
    },
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
    refuseTogether(input);
    const wishes = {
      forMs: timeOption(input, 'for') ?? defaultFor,
      sinceReset: input.flag('sinceReset'),
      by: orderOf(input),
      limit: input.number('limit') ?? defaultLimit,
      thresholds: {
        ...slowThresholds,
        meanMs: timeOption(input, 'max-mean') ?? slowThresholds.meanMs,
      },
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

/** What would be without effect beside another is a mistake. */
function refuseTogether(input: Input): void {
  const flags = ['--statements', '--since-reset', '--for', '--by', '--limit', '--max-mean'];
  const given = flags.filter((flag) => {
    const name = flag.slice(2).replaceAll(/-[a-z]/g, (letter) => letter.slice(1).toUpperCase());
    return input.flag(name) || input.text(name) !== undefined;
  });
  const [first, second] = given;
  const alone = first === '--statements' || (first === '--since-reset' && second === '--for');
  if (alone && second !== undefined)
    throw new JemError('usage', `${first} and ${second} do not go together`, {
      hint:
        first === '--statements'
          ? 'What is handed in is planned at once, and has no times.'
          : 'What was counted since the reset needs no looking.',
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
