import { nameOf, userRelations } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

interface Disabled {
  readonly name: string;
  readonly detail: string;
  readonly critical: boolean;
  readonly mend: string;
}

/** Those of foreign keys are among them: without them, rows point at nothing. */
export const disabledTriggers = listingCheck<Disabled>({
  id: 'disabled-triggers',
  title: 'triggers and rules that do not fire',
  group: 'integrity',
  source: 'check_postgres disabled_triggers; jem-db: critical where it is one of a foreign key',
  level: 'warning',
  sql: () => `
    SELECT ${nameOf('t')} || '.' || quote_ident(coalesce(k.conname, g.tgname)) AS name, g.tgisinternal AS critical,
      concat(CASE WHEN g.tgisinternal THEN 'the foreign key is not checked' ELSE 'trigger' END,
        CASE g.tgenabled WHEN 'R' THEN ', fires for replicated rows alone' ELSE ', disabled' END) AS detail,
      format('ALTER TABLE %s ENABLE TRIGGER %s;', ${nameOf('t')}, CASE WHEN g.tgisinternal THEN 'ALL' ELSE quote_ident(g.tgname) END) AS mend
    FROM pg_trigger g JOIN ${userRelations('t', 'rpvf')} ON t.oid = g.tgrelid
    LEFT JOIN pg_constraint k ON k.oid = g.tgconstraint
    WHERE g.tgenabled IN ('D', 'R')
    UNION
    SELECT ${nameOf('t')} || '.' || quote_ident(w.rulename), false, 'rule, disabled',
      format('ALTER TABLE %s ENABLE RULE %I;', ${nameOf('t')}, w.rulename)
    FROM pg_rewrite w JOIN ${userRelations('t', 'rpvf')} ON t.oid = w.ev_class
    WHERE w.ev_enabled IN ('D', 'R')`,
  order: 'critical DESC, name',
  none: 'all triggers and rules fire',
  some: (count, { critical }) =>
    `${areMany(count, 'trigger or rule does', 'triggers or rules do')} not fire${critical ? ', those of a foreign key among them' : ''}`,
  hint: ({ mend }) => `${mend} -- then check what was written meanwhile`,
});
