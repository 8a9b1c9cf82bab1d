import { expect, it } from 'vitest';
import { postgresVersions } from '../../support/postgres.ts';
import { project } from '../../support/project.ts';
import { walCommand } from '../wal/archived-server.ts';
import { checkOf, type Created, type Scene, scene, type Verified } from './recovering.ts';

const create = ['backup', 'create', '--kind', 'base', '--verify'];

interface Proved extends Created {
  readonly proof: Verified;
}

interface Listed {
  readonly backups: readonly { readonly recovery: object }[];
}

async function archiveBy(at: Scene, command: string): Promise<void> {
  await at.server.psql(`alter system set archive_command = '${command}'`);
  await at.server.reload();
}

it.each(postgresVersions())(
  'PostgreSQL $major: a proof waits for the log that is being archived, and not for ever',
  async ({ bin }) => {
    await using at = await scene(bin);
    await archiveBy(at, `sleep 1; ${walCommand('push', at.home)}`);
    const { backup, proof } = await at.run<Proved>(create);
    expect(proof).toMatchObject({ verified: true, recovery: { to: 'name' } });
    expect(proof.recovery?.target).toContain(`jem-db-${backup.id}`);
    expect(checkOf(proof, 'content')).toMatchObject({ ok: true });

    const { backups } = await at.run<Listed>(['backup', 'list']);
    expect(backups.at(-1)?.recovery).toMatchObject({
      complete: true,
      proved: { to: 'name', target: `jem-db-${backup.id}`, lsn: proof.recovery?.lsn },
    });

    await archiveBy(at, 'false');
    const brief = [...create, '--archive-timeout', '300ms'];
    expect(await at.warned(brief, {})).toEqual(['backup-not-archived']);
  },
  90_000,
);

it.each([
  [[...create.slice(0, -1), '--archive-timeout', '1s']],
  [['backup', 'create', '--verify', '--archive-timeout', '1s']],
  [[...create, '--archive-timeout', 'soon']],
])('refuses a wait that cannot be: %s', async (words) => {
  await using work = await project();
  const { exitCode, stderr } = await work.run(words);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--archive-timeout')]);
});
