import { once } from 'node:events';
import { mkdir, chown, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, inject, test } from 'vitest';
import { serverUser } from '../../support/os-user.ts';
import { postgresVersions, sharedPostgres } from '../../support/postgres.ts';
import { processEnd } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { bundled } from './bundled.ts';

let program: string;

beforeAll(async () => {
  program = await bundled(join(import.meta.dirname, 'scratch-process.ts'));
});

const root = process.getuid?.() === 0;
const users = root
  ? [
      { who: 'root', user: {} },
      { who: 'a plain user', user: serverUser() },
    ]
  : [{ who: 'a plain user', user: {} }];

test.each(users)(
  'started by $who and killed with SIGKILL it ends and is gone',
  async ({ user }) => {
    const [{ major, bin } = { major: 0, bin: '' }] = postgresVersions();
    const server = await sharedPostgres(major);
    const cache = join(inject('runFolder'), `cache-${'uid' in user ? user.uid : 'self'}`);
    await mkdir(cache, { mode: 0o700 });
    if ('uid' in user) await chown(cache, user.uid, user.gid);
    const running = execa('node', [program, await server.createDatabase(), bin, cache], {
      ...user,
      reject: false,
    });
    const [told] = await Promise.race([
      once(running.stdout, 'data'),
      running.then(({ stderr }) => [`{"failed": ${JSON.stringify(stderr)}}`]),
    ]);
    const { folder, pid, failed } = JSON.parse(String(told));
    expect(failed).toBeUndefined();
    const postmaster = Number(
      (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0],
    );
    const { uid, mode } = await stat(dirname(folder));
    expect({ uid, mode: mode & 0o777 }).toEqual({ uid: serverUser().uid, mode: 0o700 });

    running.kill('SIGKILL');
    await Promise.all([processEnd(postmaster), processEnd(pid)]);
    await until('the folder to be gone', async () =>
      readdir(dirname(folder)).then(
        () => false,
        () => true,
      ),
    );
    await running;
  },
);
