-- jem-sec-attest. IF NOT EXISTS throughout: deployments that have the table already keep it and
-- get what it lacks.
CREATE TABLE IF NOT EXISTS records (
  tenant TEXT NOT NULL,
  collection TEXT NOT NULL,
  id TEXT NOT NULL DEFAULT (
    -- UUID version 7; see README.md
    printf(
      '%08x-%04x-7%03x-%04x-%012x',
      CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) >> 16,
      CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER) & 0xffff,
      random() & 0xfff,
      0x8000 | (random() & 0x3fff),
      random() & 0xffffffffffff
    )
  ),
  data TEXT NOT NULL,
  -- Goes up by one with each update; guards against lost updates.
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT records_pk PRIMARY KEY (tenant, collection, id),
  CONSTRAINT records_names_check CHECK (tenant <> '' AND collection <> '' AND id <> ''),
  CONSTRAINT records_data_check CHECK (json_valid(data) AND json_type(data) = 'object'),
  CONSTRAINT records_version_check CHECK (version >= 1),
  CONSTRAINT records_times_check CHECK (
    created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
    AND updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)
  )
) STRICT;

CREATE INDEX IF NOT EXISTS records_updated_at_index ON records (tenant, collection, updated_at);
