import { X509Certificate } from 'node:crypto';
import { age } from '../days.ts';
import { postgresCheck } from '../check.ts';
import { isOn } from '../facts.ts';

const day = 86_400;

function endOf(pem: string): Date | null {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return null;
  }
}

/** Seen as clients see it; from a session without TLS, a superuser can read its file. */
export const serverCertificate = postgresCheck<{ pem: string | null }>({
  id: 'server-certificate',
  title: 'the server certificate ends soon',
  group: 'security',
  unit: 's',
  thresholds: { warning: 30 * day, critical: 7 * day },
  lowIsBad: true,
  source: 'jem-db: 30 and 7 days',
  needs:
    'GRANT pg_read_server_files TO {role}; -- or connect with sslmode=require, so that it is shown',
  sql: (facts) => {
    if (facts.certificateEnds) return 'SELECT NULL AS pem';
    return isOn(facts, 'ssl')
      ? "SELECT pg_read_file(current_setting('ssl_cert_file')) AS pem"
      : { notApplicable: 'the server has no TLS' };
  },
  judge([row], { certificateEnds }) {
    const ends = certificateEnds ?? endOf(row?.pem ?? '');
    if (ends === null)
      return {
        status: 'critical',
        value: null,
        summary:
          'the file of the server certificate holds none: a restart or a reload takes TLS away',
        hint: 'Look at ssl_cert_file; put a certificate in PEM form there. SELECT pg_reload_conf();',
      };
    const left = Math.floor((ends.getTime() - Date.now()) / 1000);
    const when = ends.toISOString().slice(0, 16).replace('T', ' ');
    return {
      status: null,
      value: left,
      summary: `the server certificate ${left < 0 ? `ended ${age(-left)} ago` : `is good for ${age(left)} more`}, until ${when} UTC`,
      hint: 'Put a new certificate in place of ssl_cert_file (and its key of ssl_key_file); SELECT pg_reload_conf(); no restart is needed.',
    };
  },
});
