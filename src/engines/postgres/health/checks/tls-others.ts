import { areMany, listingCheck } from '../listing.ts';
import { isElsewhere } from '../reach.ts';

export const tlsOthers = listingCheck({
  id: 'tls-others',
  title: 'sessions over the network without TLS',
  group: 'security',
  source: 'jem-db: TLS in production',
  level: 'critical',
  needs: 'pg_read_all_stats',
  silentWithout: 'readAllStats',
  sql: () => `
    SELECT format('%s from %s', quote_ident(a.usename), a.client_addr) AS name,
      format('%s session(s), %s', count(*), string_agg(DISTINCT coalesce(nullif(a.application_name, ''), 'no name'), ', ')) AS detail
    FROM pg_stat_activity a JOIN pg_stat_ssl s ON s.pid = a.pid AND NOT s.ssl
    WHERE ${isElsewhere('a.client_addr')} AND a.pid <> pg_backend_pid()
    GROUP BY a.usename, a.client_addr`,
  none: 'no session crosses the network without TLS',
  some: (count, { name }) =>
    `${areMany(count, 'client is', 'clients are')} connected over the network without TLS: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: () =>
    'Have clients use sslmode=verify-full; then write hostssl for host in pg_hba.conf, so that nobody gets in without, and SELECT pg_reload_conf();',
});
