-- SmallTalk.
CREATE TABLE sessions (
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
  version INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT sessions_pk PRIMARY KEY (id),
  CONSTRAINT sessions_id_check CHECK (id <> ''),
  CONSTRAINT sessions_data_check CHECK (json_valid(data) AND json_type(data) = 'object'),
  CONSTRAINT sessions_version_check CHECK (version >= 1),
  CONSTRAINT sessions_times_check CHECK (
    created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
    AND updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)
  )
) STRICT;

-- Serves queries that say json_extract(data, '$.state'), letter by letter.
CREATE INDEX sessions_state_index ON sessions (json_extract(data, '$.state'));
CREATE INDEX sessions_updated_at_index ON sessions (updated_at);

-- A value whose expires_at has passed counts as absent.
CREATE TABLE key_value (
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  expires_at TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT key_value_pk PRIMARY KEY (key),
  CONSTRAINT key_value_value_check CHECK (json_valid(value)),
  CONSTRAINT key_value_times_check CHECK (
    expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at)
    AND created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
  )
) STRICT;

CREATE INDEX key_value_expires_at_index ON key_value (expires_at) WHERE expires_at IS NOT NULL;
