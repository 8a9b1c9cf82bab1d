import type { PoolerState } from '../../engines/pooling.ts';
import type { PoolCheck } from './checks.ts';

interface Vulnerability {
  readonly id: string;
  /** The first version without it. */
  readonly fixedIn: string;
  readonly what: string;
  /** Whether it concerns a configuration; absent: it does any. */
  readonly concerns?: (settings: PoolerState['settings']) => boolean;
}

/** PgBouncer's NEWS.md, from 1.18 on, as of 1.25.2. */
const known: readonly Vulnerability[] = [
  {
    id: 'CVE-2026-6664',
    fixedIn: '1.25.2',
    what: 'anybody who reaches its port can crash it',
  },
  {
    id: 'CVE-2026-6665',
    fixedIn: '1.25.2',
    what: 'a hostile server can overflow its stack',
  },
  {
    id: 'CVE-2026-6666',
    fixedIn: '1.25.2',
    what: 'a server can crash it',
  },
  {
    id: 'CVE-2026-6667',
    fixedIn: '1.25.2',
    what: 'stats_users may KILL_CLIENT',
    concerns: ({ stats_users: users = '' }) => users !== '',
  },
  {
    id: 'issue 568',
    fixedIn: '1.19.1',
    what: 'a login to the console by an unknown user ends it: give auth_user in [databases]',
    concerns: ({ auth_user: user = '' }) => user !== '',
  },
  {
    id: 'CVE-2025-12819',
    fixedIn: '1.25.1',
    what: 'SQL at login through search_path',
    concerns: ({ track_extra_parameters: tracked = '' }) => /search_path/i.test(tracked),
  },
  {
    id: 'CVE-2025-2291',
    fixedIn: '1.24.1',
    what: 'auth_query takes passwords past their VALID UNTIL',
    concerns: looksUpExpired,
  },
];

/** An `auth_user` of a single database is shown nowhere: a query of one's own tells that there is one. */
function looksUpExpired({ auth_user: user = '', auth_query: query = '' }: PoolerState['settings']) {
  const isUsed =
    user !== '' || !/^SELECT usename, passwd FROM pg_shadow WHERE usename=\$1$/.test(query);
  return isUsed && /pg_shadow|pg_authid/i.test(query) && !/valuntil/i.test(query);
}

/** Its version, held against what is known to be wrong with older ones. */
export const vulnerabilityCheck: PoolCheck = {
  id: 'pool-version',
  title: 'Known vulnerabilities of its version',
  group: 'security',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'PgBouncer NEWS.md',
  see({ last: { version, settings } }) {
    const open = known.filter(
      ({ fixedIn, concerns }) => isBefore(version, fixedIn) && (concerns?.(settings) ?? true),
    );
    const words = open.map(({ id, what }) => `${id} (${what})`);
    return {
      value: open.length,
      summary:
        open.length === 0
          ? `PgBouncer ${version}: none that concern this configuration`
          : `PgBouncer ${version}: ${words.join(', ')}`,
      hint: 'Update to 1.25.2 or newer. A distribution may have put the fixes into its own package, which the version does not show: where its changelog names them, --skip pool-version.',
    };
  },
};

function isBefore(version: string, other: string): boolean {
  const [one, two] = [version, other].map((text) => text.split('.').map(Number));
  for (const [index, part] of (two ?? []).entries()) {
    const mine = one?.[index] ?? 0;
    if (mine !== part) return mine < part;
  }
  return false;
}
