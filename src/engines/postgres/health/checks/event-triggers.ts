import { ofNoExtension } from '../catalog.ts';
import { areMany, listingCheck } from '../listing.ts';

export const eventTriggers = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'event-triggers',
  title: 'event triggers that do not fire',
  group: 'integrity',
  source: 'jem-db',
  level: 'warning',
  sql: ({ major }) => `
    SELECT quote_ident(v.evtname) AS name,
      CASE v.evtenabled WHEN 'R' THEN 'fires for replicated statements alone' ELSE 'disabled' END || ', on ' || v.evtevent AS detail,
      format('ALTER EVENT TRIGGER %I ENABLE;', v.evtname) AS mend
    FROM pg_event_trigger v
    WHERE v.evtenabled IN ('D', 'R') AND ${ofNoExtension('pg_event_trigger', 'v.oid')}
    ${major >= 17 ? "UNION SELECT quote_ident(v.evtname), 'event_triggers is off', 'ALTER SYSTEM RESET event_triggers; SELECT pg_reload_conf();' FROM pg_event_trigger v WHERE current_setting('event_triggers') = 'off'" : ''}`,
  none: 'all event triggers fire',
  some: (count, { name }) =>
    `${areMany(count, 'event trigger does', 'event triggers do')} not fire: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ mend }) => mend,
});
