-- SmallTalk.
CREATE TABLE sessions (
  id text COLLATE "C" NOT NULL DEFAULT uuidv7()::text,
  data jsonb NOT NULL,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT sessions_pk PRIMARY KEY (id),
  CONSTRAINT sessions_id_check CHECK (id <> ''),
  CONSTRAINT sessions_data_check CHECK (jsonb_typeof(data) = 'object'),
  CONSTRAINT sessions_version_check CHECK (version >= 1)
);

-- Serves queries that say data ->> 'state', letter by letter.
CREATE INDEX sessions_state_index ON sessions ((data ->> 'state'));
CREATE INDEX sessions_updated_at_index ON sessions (updated_at);

CREATE TABLE key_value (
  key text COLLATE "C" NOT NULL,
  value jsonb NOT NULL,
  expires_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT key_value_pk PRIMARY KEY (key)
);

CREATE INDEX key_value_expires_at_index ON key_value (expires_at) WHERE expires_at IS NOT NULL;

COMMENT ON TABLE sessions IS 'SmallTalk: sessions; version guards against lost updates.';
COMMENT ON TABLE key_value IS
  'SmallTalk: JSON values by key. One whose expires_at has passed counts as absent.';
