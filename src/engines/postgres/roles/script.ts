import { roleAreas, type RoleArea, type RoleDeviation, type WantedRoles } from '../../roles.ts';
import { wrapSql } from '../../../sql/wrap.ts';
import { dollarQuote } from '../schema/dollar-quote.ts';
import { ownersRights } from './acting.ts';
import { readable, readableText } from './names.ts';
import { deviations } from './plan.ts';
import type { Seen } from './seen.ts';

const width = 80;

const titles: Readonly<Record<RoleArea, string>> = {
  roles: 'Roles, their attributes and time limits',
  memberships: 'Who may become whom',
  database: 'The database: nothing for everybody',
  schemas: 'Schemas: they belong to the owner',
  ownership: 'What belongs to somebody else',
  rights: 'Rights on what is there',
  defaults: 'Rights on what the owner will make: no migration needs a grant',
  server: 'What pg_monitor lacks',
};

/** What each role is for, above all else. */
const purposes = {
  owner: 'owns the schemas and all in them; nobody logs in as it',
  migrator: 'logs in for migrations, and works as the owner',
  application: 'reads and writes rows',
  readonly: 'reads rows',
  backup: 'reads all rows, whatever row-level security says',
  monitor: 'reads the state of the server, and no rows',
} as const;

/** The whole set as SQL for psql. Run again, it changes nothing. */
export function rolesScript(wanted: WantedRoles, seen: Seen): string {
  const all = deviations(wanted, seen, { whole: true }).filter(({ sql }) => sql.length > 0);
  const rights = ownersRights(seen, wanted);
  const longest = Math.max(...wanted.roles.map(({ name }) => name.length));
  const logins = wanted.roles.filter(({ password }) => password);
  return [
    ...comment(`The roles of database ${seen.database}, each with the least rights:`),
    ...wanted.roles.flatMap(({ kind, name }) =>
      comment(`  ${name.padEnd(longest)}  ${purposes[kind]}`),
    ),
    '',
    'BEGIN;',
    "SET LOCAL search_path = '';",
    "SET LOCAL lock_timeout = '5s';",
    ...roleAreas.flatMap((area) => [
      ...(area === 'memberships' && rights ? ['', ...acting(rights[0])] : []),
      ...section(area, all),
    ]),
    ...(rights ? ['', ...comment('Back to what this user was before.'), `${rights[1]};`] : []),
    '',
    'COMMIT;',
    '',
    ...comment('No password stands here. In psql, which sends none in clear either:'),
    ...logins.map(({ name }) => `-- \\password ${readable(name)}`),
    '',
  ].join('\n');
}

function acting(statement: string): string[] {
  return [
    ...comment('To give things to the owner one must be a member of it, for now.'),
    `${statement};`,
  ];
}

function section(area: RoleArea, all: readonly RoleDeviation[]): string[] {
  const here = all.filter((deviation) => deviation.area === area);
  if (here.length === 0) return [];
  return ['', ...comment(titles[area]), ...here.flatMap(statements)];
}

function statements({ code, role, sql }: RoleDeviation): string[] {
  if (code === 'role-missing' && role !== null) return guarded(role, sql);
  return sql.flatMap((statement) => wrapSql(`${statement};`, width));
}

/** Roles are the whole server's: another database's set may have made this one. */
function guarded(role: string, sql: readonly string[]): string[] {
  const body = [
    'BEGIN',
    '  IF NOT EXISTS (',
    `    SELECT FROM pg_catalog.pg_roles WHERE rolname = ${readableText(role)}`,
    '  ) THEN',
    ...sql.flatMap((statement) => wrapSql(`${statement};`, width - 4).map((line) => `    ${line}`)),
    '  END IF;',
    'END',
  ];
  return [`DO ${dollarQuote(`\n${body.join('\n')}\n`, 'role')};`];
}

/** A line break in a name must not end the comment. */
function comment(text: string): string[] {
  return [`-- ${text.replaceAll(/[\r\n]/g, ' ')}`];
}
