import type { HealthStatus } from '../../../../src/engines/health.ts';

/** A defect that is planted for real, and how health has to tell it. */
export interface Planted {
  readonly id: string;
  readonly status: HealthStatus;
  /** In the summary or in an object. */
  readonly words: readonly string[];
  /** In the hint. */
  readonly hint: string;
  /** Its hint, run as it stands until nothing more is found, mends it. */
  readonly mends: boolean;
}

export const planted = (
  id: string,
  status: HealthStatus,
  words: readonly string[],
  hint: string,
  mends: 'mends' | 'for people' = 'mends',
): Planted => ({ id, status, words, hint, mends: mends === 'mends' });

export const plantedStructure: readonly Planted[] = [
  planted(
    'invalid-indexes',
    'critical',
    ['1 index is not valid', 'shop.parents_broken'],
    'REINDEX INDEX CONCURRENTLY shop.parents_broken;',
  ),
  planted(
    'sequences',
    'critical',
    ['98 %', 'column shop.narrow.id', 'at 2104533975'],
    'ALTER TABLE shop.narrow ALTER COLUMN id TYPE bigint;',
  ),
  planted(
    'integer-keys',
    'warning',
    ['shop.own_numbers.id', '88.5 % of what int4 holds'],
    'ALTER TABLE shop.own_numbers ALTER COLUMN id TYPE bigint;',
  ),
  planted(
    'collation-versions',
    'critical',
    ['collation shop.planted', 'made with 1.0', 'sorts shop.words_pkey', 'database sorted'],
    'REINDEX INDEX CONCURRENTLY shop.words_pkey; ALTER COLLATION shop.planted REFRESH VERSION;',
  ),
  planted(
    'replica-mode',
    'critical',
    ['role second_super', 'no foreign key is checked'],
    'ALTER ROLE second_super RESET session_replication_role;',
  ),
  planted('invalid-databases', 'critical', ['half_dropped'], 'DROP DATABASE half_dropped;'),
  planted(
    'replica-identities',
    'critical',
    ['2 published tables', 'shop.published_part', 'published by feed'],
    'ALTER TABLE shop.published REPLICA IDENTITY FULL;',
  ),
  planted(
    'disabled-triggers',
    'critical',
    ['shop.unchecked.unchecked_parent_id_fkey', 'not checked', 'shop.signed.quiet'],
    'ALTER TABLE shop.unchecked ENABLE TRIGGER ALL;',
  ),
  planted(
    'unvalidated-constraints',
    'warning',
    ['shop.signed.positive', 'check NOT VALID'],
    'ALTER TABLE shop.signed VALIDATE CONSTRAINT positive;',
  ),
  planted('event-triggers', 'warning', ['watcher'], 'ALTER EVENT TRIGGER watcher ENABLE;'),
  planted(
    'unlogged-tables',
    'warning',
    ['1 table is unlogged', 'shop.forgotten'],
    'ALTER TABLE shop.forgotten SET LOGGED;',
  ),
  planted(
    'primary-keys',
    'warning',
    ['3 tables have no primary key', 'shop.heap', 'shop.published_parts'],
    'ALTER TABLE shop.heap ADD COLUMN id bigint',
    'for people',
  ),
  planted(
    'foreign-key-indexes',
    'warning',
    ['shop.children', 'children_parent_id_fkey', '10 deleted in shop.parents'],
    'CREATE INDEX CONCURRENTLY ON shop.children (parent_id);',
  ),
  planted(
    'sequential-scans',
    'warning',
    ['shop."Big Table" the most', '110000 rows; '],
    'jem-db health slow',
    'for people',
  ),
  planted(
    'duplicate-indexes',
    'warning',
    ['1 index does', 'the same as big_twin_a'],
    'DROP INDEX CONCURRENTLY shop.big_twin_b;',
  ),
  planted(
    'redundant-indexes',
    'warning',
    ['1 index is covered', 'shop.parents_a', 'covered by parents_a_b'],
    'DROP INDEX CONCURRENTLY shop.parents_a;',
  ),
  planted(
    'extension-updates',
    'warning',
    ['extension pg_trgm is 1.3'],
    'ALTER EXTENSION pg_trgm UPDATE;',
  ),
];

export const plantedTenancy: readonly Planted[] = [
  planted(
    'rls-missing',
    'critical',
    ['3 tables of tenants', 'shop.asleep', 'although it has policies', 'shop.open'],
    'ALTER TABLE shop.asleep ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;',
  ),
  planted(
    'rls-not-forced',
    'critical',
    ['shop.unforced', 'owned by shop_owner, which is connected'],
    'ALTER TABLE shop.unforced FORCE ROW LEVEL SECURITY;',
  ),
  planted(
    'rls-always-true',
    'critical',
    ['1 policy lets', 'shop.wide_open.loose (ALL, for everybody)'],
    'DROP POLICY loose ON shop.wide_open;',
  ),
  planted('rls-without-policy', 'warning', ['shop.closed'], 'ON shop.closed', 'for people'),
  planted(
    'views-past-rls',
    'critical',
    ['shop.everything', 'view of postgres over shop.unforced'],
    'ALTER VIEW shop.everything SET (security_invoker = true);',
  ),
  planted(
    'roles-past-rls',
    'critical',
    ['role bypasser', 'may write shop.wide_open'],
    'ALTER ROLE bypasser NOBYPASSRLS;',
  ),
  planted(
    'tenant-indexes',
    'warning',
    ['shop."Big Table"', '110000 row(s)'],
    'CREATE INDEX CONCURRENTLY ON shop."Big Table" (tenant_id);',
  ),
];
