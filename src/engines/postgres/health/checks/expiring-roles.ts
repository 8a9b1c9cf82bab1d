import { age } from '../days.ts';
import { postgresCheck } from '../check.ts';
import { roleName } from '../role-parts.ts';

const day = 86_400;

export const expiringRoles = postgresCheck<{ name: string; role: string; left: number }>({
  id: 'expiring-roles',
  title: 'roles whose password expires',
  group: 'security',
  unit: 's',
  // Never critical by itself: one that is over may have been let run out.
  thresholds: { warning: 14 * day, critical: null },
  lowIsBad: true,
  source: 'jem-db: 14 days',
  sql: () => `
    SELECT ${roleName('r')} AS name, quote_ident(r.rolname) AS role,
      floor(extract(epoch FROM r.rolvaliduntil - now()))::float8 AS left
    FROM pg_roles r WHERE r.rolcanlogin AND r.rolvaliduntil < 'infinity'
    ORDER BY 3 LIMIT 100`,
  judge(rows, _facts, thresholds) {
    const [first] = rows;
    if (!first)
      return { status: 'ok', value: null, summary: 'no password expires', hint: null, objects: [] };
    const words = (left: number): string =>
      left <= 0 ? `expired ${age(-left)} ago` : `expires in ${age(left)}`;
    return {
      status: null,
      value: first.left,
      summary: `the password of ${first.name} ${words(first.left)}${first.left <= 0 ? ': it cannot log in with it' : ''}`,
      hint: `Set a new one in psql, \\password ${first.role}, and ALTER ROLE ${first.role} VALID UNTIL '…'; or, where it is not needed: ALTER ROLE ${first.role} NOLOGIN;`,
      objects: rows
        .filter(({ left }) => left <= (thresholds?.warning ?? 0))
        .map(({ name, left }) => ({ name, value: left, detail: words(left) })),
    };
  },
});
