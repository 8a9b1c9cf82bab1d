import type { Dialect } from '../../sql/dialect.ts';

/** What the splitter must know of PostgreSQL's SQL; as psql reads it. */
export const postgresDialect: Dialect = {
  dollarQuotes: true,
  nestedComments: true,
  returnEndsComment: true,
  escapeStrings: true,
  foreignIdentifierQuotes: false,
  freeOperators: true,
  triggerBodies: false,
  atomicBodies: true,
  shellCommands: '\\',
  // Every one of them fails with 25001 inside a transaction. What depends on more than the words
  // (DROP SUBSCRIPTION, REINDEX of a partitioned table) is left to the server.
  outsideTransaction: [
    /^CREATE (UNIQUE )?INDEX CONCURRENTLY\b/,
    /^DROP INDEX CONCURRENTLY\b/,
    /^REINDEX (?!.*\bCONCURRENTLY (FALSE|OFF|0)\b)(.* )?CONCURRENTLY\b/,
    /^REINDEX ((VERBOSE|TABLESPACE \S+|TRUE|ON|FALSE|OFF|1|0) )*(SCHEMA|DATABASE|SYSTEM)\b/,
    /^VACUUM\b/,
    /^(CREATE|DROP) (DATABASE|TABLESPACE)\b/,
    /^ALTER SYSTEM\b/,
    /^ALTER DATABASE \S+ SET TABLESPACE\b/,
    /^ALTER TABLE .* DETACH PARTITION .* CONCURRENTLY$/,
    /^CREATE SUBSCRIPTION (?!.* (CONNECT|CREATE_SLOT) (FALSE|OFF|0)\b)/,
    /^ALTER SUBSCRIPTION \S+ REFRESH\b/,
    /^CLUSTER( VERBOSE( TRUE| ON| FALSE| OFF| 1| 0)?)?$/,
    /^DISCARD ALL$/,
    /^(COMMIT|ROLLBACK) PREPARED\b/,
  ],
};
