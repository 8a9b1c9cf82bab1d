import { isOn } from '../facts.ts';
import { areMany, listingCheck } from '../listing.ts';

/** Counted when a damaged page is read; what nobody reads is not looked at. */
export const checksumFailures = listingCheck({
  id: 'checksum-failures',
  title: 'pages whose checksum is wrong',
  group: 'integrity',
  source: 'check_pgactivity',
  level: 'critical',
  sql: (facts) =>
    isOn(facts, 'data_checksums')
      ? `SELECT coalesce('database ' || quote_ident(datname), 'shared catalogs') AS name, checksum_failures AS failures,
          format('%s failure(s), the last at %s', checksum_failures, checksum_last_failure) AS detail
        FROM pg_stat_database WHERE checksum_failures > 0`
      : { notApplicable: 'data checksums are off: nothing would notice a damaged page' },
  order: 'failures DESC',
  none: 'no page that was read had a wrong checksum',
  some: (count, { name, detail }) =>
    `${name}: ${detail}${count > 1 ? `; and ${areMany(count - 1, 'database', 'databases')} more` : ''}. The disk or the memory damages data`,
  hint: () =>
    'Stop writing to it, take a copy of the data folder as it is, and restore the newest verified backup on other hardware: `jem-db restore`. The server log names the damaged pages.',
});
