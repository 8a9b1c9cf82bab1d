import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

interface Past {
  readonly name: string;
  readonly detail: string;
  readonly kind: string;
}

/** A view reads with the rights of its owner; where policies do not hold for that role, for nobody. */
export const viewsPastRls = listingCheck<Past>({
  id: 'views-past-rls',
  title: 'views that see past row-level security',
  group: 'tenancy',
  source: 'splinter 0010; the manual, CREATE VIEW',
  level: 'critical',
  sql: ({ major }) => `
    SELECT ${nameOf('v')} AS name, v.relkind AS kind,
      format('%s of %I over %s', CASE v.relkind WHEN 'm' THEN 'a copy, materialized,' ELSE 'view' END, o.rolname, string_agg(DISTINCT ${nameOf('t')}, ', ')) AS detail
    FROM ${userRelations('v', 'vm')} JOIN pg_roles o ON o.oid = v.relowner
    JOIN pg_rewrite w ON w.ev_class = v.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN (${userRelations('t', 'rp')}) ON t.oid = d.refobjid AND t.relrowsecurity
    WHERE (v.relkind = 'm'
        OR o.rolsuper OR o.rolbypassrls OR (pg_has_role(v.relowner, t.relowner, 'USAGE') AND NOT t.relforcerowsecurity))
      ${major >= 15 ? "AND NOT (v.relkind = 'v' AND EXISTS (SELECT FROM pg_options_to_table(v.reloptions) x WHERE x.option_name = 'security_invoker' AND x.option_value IN ('true', 'on', 'yes', '1')))" : ''}
      -- Who may read it beside its owner.
      AND EXISTS (SELECT FROM aclexplode(v.relacl) g WHERE g.privilege_type = 'SELECT' AND g.grantee <> v.relowner)
    GROUP BY 1, 2, o.rolname`,
  none: 'no view that others may read sees past row-level security',
  some: (count, { name, detail }) =>
    `${areMany(count, 'view shows', 'views show')} the rows of all tenants: ${name}, ${detail}`,
  hint: ({ name, kind }, { major }) =>
    kind === 'm'
      ? `No policy holds for a copy. REVOKE ALL ON ${name} FROM PUBLIC; -- and from whoever works for one tenant`
      : major >= 15
        ? `ALTER VIEW ${name} SET (security_invoker = true);`
        : `ALTER VIEW ${name} OWNER TO …; -- a role for which the policies hold`,
});
