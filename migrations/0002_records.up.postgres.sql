-- jem-sec-attest. IF NOT EXISTS throughout: deployments that have the table already keep it and
-- get what it lacks.
CREATE TABLE IF NOT EXISTS records (
  -- COLLATE "C" compares bytes, as SQLite does: the same order on both engines.
  tenant text COLLATE "C" NOT NULL,
  collection text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL DEFAULT uuidv7()::text,
  data jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT records_pk PRIMARY KEY (tenant, collection, id),
  CONSTRAINT records_names_check CHECK (tenant <> '' AND collection <> '' AND id <> ''),
  CONSTRAINT records_data_check CHECK (jsonb_typeof(data) = 'object'),
  CONSTRAINT records_version_check CHECK (version >= 1)
);

CREATE INDEX IF NOT EXISTS records_updated_at_index ON records (tenant, collection, updated_at);

-- For roles that see all tenants. Below a policy PostgreSQL evaluates @> after it, since that
-- operator is not leakproof; there the primary key narrows a query down to tenant and collection.
CREATE INDEX IF NOT EXISTS records_data_index ON records USING gin (data jsonb_path_ops);

ALTER TABLE records ENABLE ROW LEVEL SECURITY;
-- The owner too: applications often log in as the role that migrated.
ALTER TABLE records FORCE ROW LEVEL SECURITY;

-- A setting never made is null, one that was RESET or ended with its transaction is empty: both
-- mean no rows.
DROP POLICY IF EXISTS records_tenant_policy ON records;
CREATE POLICY records_tenant_policy ON records
  USING (tenant = nullif(current_setting('jem_db.tenant', true), ''))
  WITH CHECK (tenant = nullif(current_setting('jem_db.tenant', true), ''));

COMMENT ON TABLE records IS
  'jem-sec-attest: JSON records of tenants. A session sees those of its setting jem_db.tenant.';
COMMENT ON COLUMN records.version IS
  'Goes up by one with each update; guards against lost updates.';
