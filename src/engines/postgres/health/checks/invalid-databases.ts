import { areMany, listingCheck } from '../listing.ts';

export const invalidDatabases = listingCheck({
  id: 'invalid-databases',
  title: 'databases that a broken DROP left behind',
  group: 'integrity',
  source: 'PostgreSQL 15.4 release notes; jem-db',
  level: 'critical',
  sql: () =>
    "SELECT quote_ident(datname) AS name, 'nobody can connect to it' AS detail FROM pg_database WHERE datconnlimit = -2",
  none: 'no database is half dropped',
  some: (count, { name }) =>
    `${areMany(count, 'database is', 'databases are')} half dropped and beyond use: ${name}${count > 1 ? ' is the first' : ''}`,
  hint: ({ name }) => `DROP DATABASE ${name};`,
});
