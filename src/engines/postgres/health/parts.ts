import type { Finding } from '../../health.ts';
import { type HealthFacts, isOn } from './facts.ts';

/**
 * Relations `c` of namespaces `n` that are the user's own: not the system's, not an extension's,
 * not temporary.
 */
export const ofTheUser = `c.relpersistence <> 't' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')`;

/**
 * Since when counters of this database (`d` of pg_stat_database) count. From PostgreSQL 15 on that
 * is not kept until the first reset: then the archiver's counters, as old as the server's, tell.
 */
const countedFrom = `coalesce(d.stats_reset, (SELECT r.stats_reset FROM pg_stat_archiver r))`;

/** Hours of it, at least one: what happened once a minute ago does not happen 60 times an hour. */
export const countedHours = `(greatest(3600, extract(epoch FROM clock_timestamp() - ${countedFrom})) / 3600)::float8`;

export const countedSince = `${countedFrom} AS since`;

/** A setting of a table `c` of its own, or the server's. */
export function storageOption(name: string): string {
  return `coalesce((SELECT o.option_value::float8 FROM pg_options_to_table(c.reloptions) o
    WHERE o.option_name = '${name}'), current_setting('${name}')::float8)`;
}

/** Dead rows from which on autovacuum takes a table `c`. */
export function vacuumTrigger({ major }: HealthFacts): string {
  const trigger = `${storageOption('autovacuum_vacuum_threshold')}
    + ${storageOption('autovacuum_vacuum_scale_factor')} * greatest(c.reltuples, 0)`;
  if (major < 18) return `(${trigger})`;
  const most = storageOption('autovacuum_vacuum_max_threshold');
  // -1 switches the bound off.
  return `(CASE WHEN ${most} < 0 THEN ${trigger} ELSE least(${trigger}, ${most}) END)`;
}

/** Where rows are not counted, nothing that rests on it can be said; null: they are. */
export function uncounted(facts: HealthFacts): Finding | null {
  if (isOn(facts, 'track_counts')) return null;
  return {
    status: 'unknown',
    value: null,
    summary: 'track_counts is off, so nothing is counted',
    hint: 'ALTER SYSTEM RESET track_counts; SELECT pg_reload_conf();',
  };
}
