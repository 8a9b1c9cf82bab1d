-- Tarsy.
CREATE TABLE alert_sessions (
  session_id TEXT NOT NULL DEFAULT (
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
  alert_id TEXT NOT NULL,
  alert_data TEXT NOT NULL DEFAULT '{}',
  agent_type TEXT NOT NULL,
  -- A column beside the JSON: history is filtered by it alike on both engines.
  alert_type TEXT,
  status TEXT NOT NULL,
  -- Microseconds since 1970-01-01 00:00 UTC.
  started_at_us INTEGER NOT NULL,
  CONSTRAINT alert_sessions_pk PRIMARY KEY (session_id),
  CONSTRAINT alert_sessions_alert_id_unique UNIQUE (alert_id),
  CONSTRAINT alert_sessions_names_check CHECK (
    session_id <> '' AND alert_id <> '' AND agent_type <> '' AND status <> ''
  ),
  CONSTRAINT alert_sessions_alert_data_check CHECK (
    json_valid(alert_data) AND json_type(alert_data) = 'object'
  ),
  CONSTRAINT alert_sessions_started_at_check CHECK (started_at_us >= 0)
) STRICT;

CREATE INDEX alert_sessions_status_index ON alert_sessions (status);
CREATE INDEX alert_sessions_agent_type_index ON alert_sessions (agent_type);
CREATE INDEX alert_sessions_alert_type_index ON alert_sessions (alert_type);
CREATE INDEX alert_sessions_status_started_at_index ON alert_sessions (status, started_at_us);
