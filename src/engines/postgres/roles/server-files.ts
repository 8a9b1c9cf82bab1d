import type { RoleDeviation } from '../../roles.ts';
import { readable } from './names.ts';
import { inArea, roleOf, type Planning } from './planning.ts';

const found = inArea('server');

/** What pg_monitor lacks: the rules of pg_hba.conf, and errors in the files of settings. */
export function serverFileDeviations(planning: Planning): RoleDeviation[] {
  const { seen, whole, wanted } = planning;
  const monitor = roleOf(planning, 'monitor');
  if (!monitor || !wanted.serverFiles) return [];
  return seen.serverFiles
    .filter(
      ({ grants, privilege }) =>
        whole || !grants.some((one) => one.grantee === monitor.name && one.privilege === privilege),
    )
    .map(({ keyword, identity, privilege, grantable }) =>
      found({
        code: 'right-missing',
        role: monitor.name,
        message: `${monitor.name} lacks ${privilege} on ${identity}`,
        objects: [identity],
        sql: [`GRANT ${privilege} ON ${keyword} ${identity} TO ${readable(monitor.name)}`],
        lacks:
          seen.me.superuser || grantable
            ? null
            : `superuser, to let ${monitor.name} read the server's files (or --without server-files)`,
      }),
    );
}
