import { join, resolve } from 'node:path';
import { JemError } from '../errors.ts';
import { labelled } from '../output/text.ts';
import { command, type Input } from './command.ts';
import { directTargetOf, openSession } from './context.ts';
import { repositoryOf } from './repository.ts';
import { identifierIn, identifierOption, stateFolder, walSettings } from './wal-settings.ts';
import { timeOption } from './time-option.ts';

/** What changed on the server; streaming itself ends by a signal alone, or with an error. */
interface SlotResult {
  readonly slot: string;
  readonly change: 'created' | 'dropped';
}

export const backupWalReceive = command<SlotResult>({
  name: 'backup wal receive',
  summary: 'stream the WAL into the archive, for those who want seconds',
  description:
    'Runs pg_receivewal until SIGINT or SIGTERM, then archives what has come and ends with 130 or 143. Connects again by itself, and goes on where the archive ends. Use a slot, or the server may remove what was not received yet.',
  options: [
    { flags: '--slot <name>', help: 'the replication slot to stream with' },
    { flags: '--create-slot', help: 'make that slot, and end' },
    { flags: '--drop-slot', help: 'drop that slot, and end' },
    { flags: '--synchronous', help: 'flush at once what comes, for synchronous replication' },
    {
      flags: '--partial-every <time>',
      help: 'how often the unfinished segment is copied (default: 5s)',
    },
    {
      flags: '--spool <dir>',
      help: 'where the stream arrives; on a disk that lasts (default: ~/.local/state/jem-db/receive)',
    },
    identifierOption,
  ],
  settings: ['directUrl', ...walSettings, 'postgresBin'],
  examples: [
    ['jem-db backup wal receive -d postgres://… --slot jem_db --create-slot', 'once'],
    ['jem-db backup wal receive -d postgres://… --slot jem_db', 'as a service'],
  ],
  async run(input, context) {
    const { changeSlot, receiveWal } = await import('../backup/wal/receive.ts');
    const { settings, environment, signal, report } = context;
    const act = actOf(input);
    const every = timeOption(input, 'partial-every') ?? 5000;
    const target = await directTargetOf(context);
    const options = {
      connect: () => openSession(context, target, 'read'),
      binaries: settings.postgresBin,
      signal,
    };
    if (act !== null) {
      await changeSlot(act.change, act.slot, options);
      return { slot: act.slot, change: act.change === 'create' ? 'created' : 'dropped' };
    }
    // What has come is still archived when the signal has fired.
    const lasting = { ...context, signal: new AbortController().signal };
    const spool = input.text('spool');
    return receiveWal(await repositoryOf(lasting), {
      ...options,
      spool: spool ? resolve(environment.cwd, spool) : join(stateFolder(context), 'receive'),
      slot: input.text('slot') ?? null,
      synchronous: input.flag('synchronous'),
      systemIdentifier: identifierIn(input),
      every,
      onNote: (text) => report.note(text),
      onDetail: (text) => report.detail(text),
    });
  },
  render: ({ slot, change }) => `${labelled('', `The replication slot ${slot} is ${change}.`)}\n`,
});

function actOf(input: Input): { readonly change: 'create' | 'drop'; readonly slot: string } | null {
  const [create, drop] = [input.flag('createSlot'), input.flag('dropSlot')];
  const slot = input.text('slot');
  if (!create && !drop) return null;
  if (create && drop)
    throw new JemError('usage', '--create-slot and --drop-slot are given together', {
      hint: 'Give one of them.',
    });
  if (slot) return { change: create ? 'create' : 'drop', slot };
  throw new JemError('usage', 'Nothing says which slot is meant', { hint: 'Name it: --slot NAME' });
}
