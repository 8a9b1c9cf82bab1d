-- Tarsy.
CREATE TABLE alert_sessions (
  session_id text COLLATE "C" NOT NULL DEFAULT uuidv7()::text,
  alert_id text COLLATE "C" NOT NULL,
  alert_data jsonb NOT NULL DEFAULT '{}',
  agent_type text COLLATE "C" NOT NULL,
  -- A column beside the JSON: history is filtered by it alike on both engines.
  alert_type text COLLATE "C",
  status text COLLATE "C" NOT NULL,
  started_at_us bigint NOT NULL,
  CONSTRAINT alert_sessions_pk PRIMARY KEY (session_id),
  CONSTRAINT alert_sessions_alert_id_unique UNIQUE (alert_id),
  CONSTRAINT alert_sessions_names_check CHECK (
    session_id <> '' AND alert_id <> '' AND agent_type <> '' AND status <> ''
  ),
  CONSTRAINT alert_sessions_alert_data_check CHECK (jsonb_typeof(alert_data) = 'object'),
  CONSTRAINT alert_sessions_started_at_check CHECK (started_at_us >= 0)
);

CREATE INDEX alert_sessions_status_index ON alert_sessions (status);
CREATE INDEX alert_sessions_agent_type_index ON alert_sessions (agent_type);
CREATE INDEX alert_sessions_alert_type_index ON alert_sessions (alert_type);
CREATE INDEX alert_sessions_status_started_at_index ON alert_sessions (status, started_at_us);

COMMENT ON TABLE alert_sessions IS 'Tarsy: history of processed alerts.';
COMMENT ON COLUMN alert_sessions.started_at_us IS 'Microseconds since 1970-01-01 00:00 UTC.';
