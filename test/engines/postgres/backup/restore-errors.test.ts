import { expect, test } from 'vitest';
import { restoreFailure } from '../../../../src/engines/postgres/backup/restore-errors.ts';

const about = { into: 'postgres://app@db/shop', server: 'db:5432', after: 'shop is as it was.' };

/** As pg_restore 15 and 18 wrote them. */
const cases = [
  {
    code: 'disk-full',
    words:
      'COPY failed for table "a": ERROR:  could not extend file "base/16384/16405": No space left on device',
  },
  {
    code: 'connection-lost',
    words: 'error returned by PQputCopyData: server closed the connection unexpectedly',
  },
  { code: 'tool-missing', words: 'unsupported version (1.16) in file header' },
  { code: 'backup-corrupt', words: 'could not close data file "d/3476.dat": Success' },
  { code: 'backup-corrupt', words: 'could not uncompress data: incorrect data check' },
  {
    code: 'restore-failed',
    words: 'could not execute query: ERROR:  role "app" does not exist',
  },
  {
    code: 'permission-denied',
    words: 'could not execute query: ERROR:  must be owner of extension citext',
  },
  {
    code: 'restore-refused',
    words:
      'could not execute query: ERROR:  cannot drop table public.orders because other objects depend on it',
  },
  {
    code: 'restore-failed',
    words: 'could not execute query: ERROR:  something that nobody has seen yet',
  },
];

test.each(cases)('$code: $words', ({ code, words }) => {
  const error = restoreFailure([`pg_restore: error: ${words}`], about);
  expect(error).toMatchObject({
    code,
    details: { why: expect.stringContaining('shop is as it was.'), hint: expect.any(String) },
  });
  expect(error.details.original).toContain(words);
});

test('rows of data are told under --verbose alone', () => {
  const lines = [
    'pg_restore: error: COPY failed for table "people": ERROR:  invalid input syntax for type integer: "secret"',
    'CONTEXT:  COPY people, line 1, column id: "secret"',
  ];
  const { data, ...shown } = restoreFailure(lines, about).details;
  expect(JSON.stringify(shown)).not.toContain('secret');
  expect(data).toContain('secret');
});
