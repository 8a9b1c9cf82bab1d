import { ofNoExtension, userSchema } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

interface Definer {
  readonly name: string;
  readonly detail: string;
  readonly critical: boolean;
}

/** The caller sets the path: what it names first, the function runs with the rights of its owner. */
export const securityDefiner = listingCheck<Definer>({
  id: 'security-definer',
  title: 'SECURITY DEFINER functions without a search_path',
  group: 'security',
  source:
    'splinter 0011; the manual, CREATE FUNCTION; jem-db: critical where anybody may call it as a superuser',
  level: 'warning',
  sql: () => `
    SELECT format('%I.%I(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)) AS name,
      format('owned by %I%s%s', r.rolname, CASE WHEN r.rolsuper THEN ', a superuser' END, CASE WHEN g.anybody THEN '; anybody may call it' END) AS detail,
      r.rolsuper AND g.anybody AS critical
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace AND ${userSchema('n')}
    JOIN pg_roles r ON r.oid = f.proowner
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a WHERE a.grantee = 0)) g (anybody)
    WHERE f.prosecdef AND ${ofNoExtension('pg_proc', 'f.oid')}
      AND NOT EXISTS (SELECT FROM unnest(f.proconfig) s WHERE s LIKE 'search_path=%')`,
  order: 'critical DESC, name',
  none: 'every SECURITY DEFINER function has a search_path of its own',
  some: (count, { name }) =>
    `${areMany(count, 'SECURITY DEFINER function finds', 'SECURITY DEFINER functions find')} things on the path of whoever calls: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ name }) =>
    `ALTER FUNCTION ${name} SET search_path = pg_catalog, pg_temp; -- and name schemas inside it`,
});
