import { postgresCheck } from '../check.ts';
import { isOn } from '../facts.ts';

/** What is below TLS 1.2 is broken. */
export const tlsVersion = postgresCheck({
  id: 'tls-version',
  title: 'TLS older than 1.3 is allowed',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'jem-db: TLS 1.3; RFC 8996',
  needs: 'pg_read_all_settings',
  silentWithout: 'readAllSettings',
  sql: (facts) => (isOn(facts, 'ssl') ? 'SELECT 1' : { notApplicable: 'the server has no TLS' }),
  judge(_rows, { settings }) {
    const least = settings.get('ssl_min_protocol_version')?.setting ?? '';
    return {
      status: least === 'TLSv1.3' ? 'ok' : least === 'TLSv1.2' ? 'warning' : 'critical',
      value: null,
      summary: `the server asks for ${least || 'any version of TLS'} at least`,
      hint: "ALTER SYSTEM SET ssl_min_protocol_version = 'TLSv1.3'; SELECT pg_reload_conf();",
    };
  },
});
