import { postgresCheck } from '../check.ts';
import { isElsewhere } from '../reach.ts';

interface Seen {
  readonly ssl: boolean | null;
  readonly version: string | null;
  readonly cipher: string | null;
  readonly elsewhere: boolean;
}

export const tlsSession = postgresCheck<Seen>({
  id: 'tls-session',
  title: 'this session without TLS',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'jem-db: TLS in production, 1.3',
  sql: () => `
    SELECT s.ssl, s.version, s.cipher, ${isElsewhere('inet_client_addr()')} AS elsewhere
    FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()`,
  judge([row], { pooled, encrypted }) {
    const said = (status: 'ok' | 'warning' | 'critical', summary: string) => ({
      ...{ status, value: null, summary },
      hint: 'Connect with sslmode=verify-full and the certificate of the authority in sslrootcert; and ssl_min_protocol_version=TLSv1.3.',
    });
    if (pooled) {
      if (!encrypted)
        return said('warning', 'it goes through a pooler, and up to there it has no TLS');
      if (row?.elsewhere && !row.ssl)
        return said('critical', 'it goes through a pooler, and from there on it has no TLS');
    }
    if (row?.ssl)
      return row.version === 'TLSv1.3'
        ? said('ok', `this session has ${row.version}, ${row.cipher}`)
        : said('warning', `this session has ${row.version}; it should be TLSv1.3`);
    return row?.elsewhere
      ? said('critical', 'this session crosses the network without TLS: all of it can be read')
      : said('ok', 'this session does not leave the machine');
  },
});
