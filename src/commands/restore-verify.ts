import type { VerifyResult } from '../restore/verify.ts';
import { command } from './command.ts';
import { recoveryIn, recoveryOptions } from './recovery-options.ts';
import { repositorySettings } from './repository.ts';
import { scheduled, scheduledSettings } from './scheduled.ts';
import { scratchSettings } from './scratch-wish.ts';
import { describeVerdict, reasonOf, verify } from './verify.ts';

export const restoreVerify = command<VerifyResult>({
  name: 'restore-verify',
  summary: 'prove a backup: restore it, and compare all it holds',
  description:
    'Restores into a throwaway database and compares every table, the schema and the migrations with what was seen in the snapshot of the backup. The verdict is kept beside the backup. A base backup is recovered to its own restore point from the WAL archive, or to another target, as far as the archive reaches.',
  silentWhenWell: true,
  argument: { name: 'id', help: 'latest (the default), an id, or how one begins', required: false },
  options: [...recoveryOptions],
  settings: [
    ...repositorySettings,
    'ledgerTable',
    'jobs',
    ...scratchSettings,
    ...scheduledSettings,
  ],
  examples: [
    ['jem-db restore-verify', 'the newest backup'],
    ['jem-db restore-verify --quiet --webhook "$HOOK"', 'from cron: silent when it is proved'],
    ['jem-db restore-verify --to-latest', 'a recovery with all that is archived, rehearsed'],
    ['jem-db restore-verify --scratch postgres://postgres@spare/', 'on a server of your own'],
  ],
  async run(input, context) {
    const { argument = 'latest' } = input;
    const wanted = await recoveryIn(input);
    return scheduled(
      {
        command: 'restore-verify',
        job: context.settings.backups,
        attempt: () => verify(argument, context, wanted),
        answerOf: (result) => (result.verified ? null : { message: reasonOf(result) }),
      },
      context,
    );
  },
  finding: ({ verified }) => !verified,
  render: (result, paint) => [...describeVerdict(result, paint), ''].join('\n'),
});
