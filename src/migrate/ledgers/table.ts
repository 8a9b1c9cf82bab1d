import { graphileMigrate, knex, nodePgMigrate, sequelize, sqlMigrate } from './by-name.ts';
import { dbmate, diesel, golangMigrate, goose, refinery } from './by-version.ts';
import { flyway } from './flyway.ts';
import type { ForeignLedger } from './ledger.ts';
import { unreadable } from './unreadable.ts';
import { drizzle, prisma, sqlx } from './with-checksum.ts';

/** Every ledger of another tool that jem-db knows, one line each. */
export const foreignLedgers: readonly ForeignLedger[] = [
  dbmate,
  golangMigrate,
  flyway,
  knex,
  nodePgMigrate,
  sqlx,
  diesel,
  goose,
  sequelize,
  prisma,
  drizzle,
  refinery,
  sqlMigrate,
  graphileMigrate,
  ...unreadable,
];
