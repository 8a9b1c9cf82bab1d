import { diskKinds, workloads } from '../engines/tuning.ts';
import { JemError } from '../errors.ts';
import { fails } from '../health/status.ts';
import type { TuneOptions, TuneResult } from '../health/tune/tune.ts';
import { didYouMean } from '../near-miss.ts';
import { command, type Input } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { failOnOf } from './fail-on.ts';
import { tuningLines, tuningSql, tuningText } from './tuning-text.ts';

const formats = ['text', 'sql', 'conf'] as const;
type Format = (typeof formats)[number];

interface Tuning extends TuneResult {
  readonly format: Format;
  readonly failed: boolean;
}

export const healthTune = command<Tuning>({
  name: 'health tune',
  summary: 'do the settings fit the machine? What to change, and how',
  description:
    'Advice by the formulas of pgtune; it applies nothing. Memory, CPUs and disk are looked up where the server runs on this machine (limits of its control group included), and asked for where not. Exit 1 where the settings allow for more memory than there is.',
  options: [
    { flags: '--ram <size>', help: 'memory of the server: 512MB, 16GB' },
    { flags: '--cpus <n>', help: 'its CPUs' },
    { flags: '--disk <kind>', help: diskKinds.join(', ') },
    { flags: '--workload <kind>', help: `${workloads.join(', ')} (default: web)` },
    { flags: '--connections <n>', help: 'connections to allow (default: as now)' },
    { flags: '--wal-disk <size>', help: 'disk that the WAL has for itself: 100GB' },
    { flags: '--format <format>', help: `${formats.join(', ')} (default: text)` },
  ],
  settings: ['directUrl', 'failOn'],
  examples: [
    ['jem-db health tune', 'on the machine of the server'],
    ['jem-db health tune --ram 16GB --cpus 4 --disk ssd', 'for a server elsewhere'],
    ['jem-db health tune --workload oltp --format sql', 'the ALTER SYSTEM statements alone'],
  ],
  async run(input, context) {
    const wish = { ...wishOf(input), signal: context.signal };
    const failOn = failOnOf(context);
    const format = chosen(input, 'format', formats) ?? 'text';
    const { tune } = await import('../health/tune/tune.ts');
    await using session = await openSession(context, await directTargetOf(context), 'read');
    const result = await tune(session, wish);
    return { ...result, format, failed: fails(result.status, failOn) };
  },
  finding: ({ failed }) => failed,
  render(result, paint) {
    if (result.format === 'sql') return tuningSql(result);
    return result.format === 'conf' ? tuningLines(result) : tuningText(result, paint);
  },
});

function wishOf(input: Input): Omit<TuneOptions, 'signal'> {
  return {
    ram: sizeIn(input, 'ram', '--ram'),
    cpus: input.number('cpus') ?? null,
    disk: chosen(input, 'disk', diskKinds),
    workload: chosen(input, 'workload', workloads) ?? 'web',
    connections: input.number('connections') ?? null,
    walDisk: sizeIn(input, 'walDisk', '--wal-disk'),
  };
}

/** Bytes; memory and disks are counted in powers of 1024, as PostgreSQL counts. */
function sizeIn(input: Input, option: string, flag: string): number | null {
  const text = input.text(option);
  if (text === undefined) return null;
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([MGT])i?B?$/i.exec(text.trim()) ?? [];
  const factor = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 }[unit.toUpperCase()];
  const bytes = Math.floor(Number(digits) * (factor ?? Number.NaN));
  if (bytes >= 128 * 2 ** 20) return bytes;
  throw new JemError('usage', `${flag} takes a size from 128MB, not "${text}"`, {
    hint: `Write a number and a unit: ${flag} 512MB, ${flag} 16GB.`,
  });
}

function chosen<T extends string>(input: Input, option: string, all: readonly T[]): T | null {
  const text = input.text(option);
  if (text === undefined) return null;
  const found = all.find((each) => each === text.toLowerCase());
  if (found) return found;
  throw new JemError('usage', `--${option} knows no "${text}"`, {
    hint: `It takes ${all.join(', ')}.${didYouMean(text, all)}`,
  });
}
