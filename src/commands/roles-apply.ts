import { resolve } from 'node:path';
import type { AppliedRoles } from '../roles/apply.ts';
import type { PasswordWish } from '../roles/passwords.ts';
import { JemError } from '../errors.ts';
import { noPaint, type Paint } from '../output/paint.ts';
import { count, labelled } from '../output/text.ts';
import { command, type Input } from './command.ts';
import type { Context } from './context.ts';
import {
  describeHead,
  describeUnseen,
  openForRoles,
  roleSettings,
  wantedIn,
} from './role-settings.ts';
import { describeDeviation, sqlLines } from './roles-verify.ts';

export const rolesApply = command<AppliedRoles>({
  name: 'roles apply',
  summary: 'give the database the least-privilege roles',
  description:
    'Shows what it would do, asks, does it in one transaction, and looks again. What lies in the schemas comes to belong to the owner. A second run changes nothing. Passwords never reach the server: what it keeps of them is computed here.',
  options: [
    { flags: '--dry-run', help: 'show what would be done, and do nothing' },
    {
      flags: '--password-file <role=file>',
      help: 'the password of a role; may be given again',
      repeatable: true,
    },
    {
      flags: '--generate-passwords <dir>',
      help: 'make passwords for roles without one, a file each, for their owner alone',
    },
    { flags: '--reset-passwords', help: 'also for roles that have one' },
  ],
  settings: [...roleSettings, 'lockTimeout'],
  examples: [
    ['jem-db roles apply --dry-run', 'what would be done'],
    ['jem-db roles apply --generate-passwords ./secrets', 'with ./secrets/app_rw.password …'],
    ['jem-db roles apply --password-file app_rw=/run/secrets/app --yes', 'without asking'],
    ['jem-db roles apply --without backup', 'where nobody can grant BYPASSRLS'],
  ],
  async run(input, context) {
    const { applyRoles } = await import('../roles/apply.ts');
    const wanted = await wantedIn(context);
    const passwords = passwordWish(input, context);
    await using session = await openForRoles(context, 'existing');
    const { lockTimeout } = context.settings;
    const applied = await applyRoles(session, wanted, {
      ...{ passwords, lockTimeout, signal: context.signal },
      dryRun: input.flag('dryRun'),
      agree: (plan) =>
        context.confirm(
          `This changes roles and rights of ${session.display}.`,
          `${described(plan, noPaint).join('\n')}\n`,
        ),
    });
    for (const { role, why } of applied.keptPasswords)
      context.report.warn({
        code: 'password-kept',
        message: `${role} keeps its password: ${why}; --reset-passwords replaces it`,
      });
    return applied;
  },
  render(result, paint) {
    const { outcome, remaining, unseen, lacking } = result;
    return [
      ...(outcome === 'nothing-to-do' ? describeHead(result, paint) : described(result, paint)),
      ...remaining.flatMap((deviation) => describeDeviation(deviation, paint)),
      ...describeUnseen(unseen, paint),
      ...lacking.map((each) => paint.yellow(labelled('This user lacks: ', each))),
      paint.bold(verdict(result)),
      '',
    ].join('\n');
  },
});

function described(result: AppliedRoles, paint: Paint): string[] {
  return [
    ...describeHead(result, paint),
    ...result.steps.flatMap(({ sql }) => sql.flatMap((statement) => sqlLines(statement, paint))),
    ...result.passwords.map(({ role, from, file }) =>
      labelled(
        '    ',
        `password of ${role}: ${from === 'file' ? 'from' : 'generated into'} ${file}`,
      ),
    ),
  ];
}

function verdict({ outcome, steps, passwords }: AppliedRoles): string {
  if (outcome === 'nothing-to-do') return 'Nothing to do: the roles are as they should be.';
  const statements = count(steps.flatMap(({ sql }) => sql).length, 'statement');
  const set = passwords.length > 0 ? `, ${count(passwords.length, 'password')}` : '';
  const what = statements + set;
  return outcome === 'applied'
    ? `Applied: ${what}.`
    : `Nothing was changed: this would be ${what}.`;
}

function passwordWish(input: Input, { environment }: Context): PasswordWish {
  const folder = input.text('generatePasswords');
  const files = new Map(
    input.list('passwordFile').map((text) => {
      const [, role, file] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (role !== undefined && file !== undefined)
        return [role, resolve(environment.cwd, file)] as const;
      throw new JemError('usage', '--password-file takes ROLE=FILE', {
        hint: 'For example: --password-file app_rw=/run/secrets/app',
      });
    }),
  );
  const reset = input.flag('resetPasswords');
  if (reset && files.size === 0 && folder === undefined)
    throw new JemError('usage', '--reset-passwords needs to know by what', {
      hint: 'Add --generate-passwords DIR, or --password-file ROLE=FILE.',
    });
  return { files, folder: folder === undefined ? null : resolve(environment.cwd, folder), reset };
}
