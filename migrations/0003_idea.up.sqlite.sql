-- JEEX Idea.
CREATE TABLE users (
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
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  profile_data TEXT NOT NULL DEFAULT '{}',
  last_login_at TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT users_pk PRIMARY KEY (id),
  CONSTRAINT users_id_check CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  CONSTRAINT users_email_check CHECK (email LIKE '%_@_%'),
  CONSTRAINT users_profile_data_check CHECK (
    json_valid(profile_data) AND json_type(profile_data) = 'object'
  ),
  CONSTRAINT users_times_check CHECK (
    last_login_at IS strftime('%Y-%m-%dT%H:%M:%fZ', last_login_at)
    AND created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
    AND updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)
  )
) STRICT;

CREATE UNIQUE INDEX users_email_unique ON users (lower(email));

-- A user with projects cannot be deleted: somebody has to take the projects over first. NO ACTION
-- says so with one error on every engine and version; RESTRICT has codes of its own on some.
CREATE TABLE projects (
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
  name TEXT NOT NULL,
  language TEXT NOT NULL DEFAULT 'en',
  status TEXT NOT NULL DEFAULT 'draft',
  current_step INTEGER NOT NULL DEFAULT 1,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_by TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT projects_pk PRIMARY KEY (id),
  CONSTRAINT projects_id_check CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  CONSTRAINT projects_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE NO ACTION,
  CONSTRAINT projects_name_check CHECK (name <> ''),
  CONSTRAINT projects_language_check CHECK (
    language GLOB '[a-z][a-z]*' AND language NOT GLOB '*[^A-Za-z0-9-]*' AND length(language) <= 35
  ),
  CONSTRAINT projects_status_check CHECK (
    status IN ('draft', 'in_progress', 'completed', 'archived')
  ),
  CONSTRAINT projects_current_step_check CHECK (current_step BETWEEN 1 AND 4),
  CONSTRAINT projects_metadata_check CHECK (
    json_valid(metadata) AND json_type(metadata) = 'object'
  ),
  CONSTRAINT projects_times_check CHECK (
    created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
    AND updated_at IS strftime('%Y-%m-%dT%H:%M:%fZ', updated_at)
  )
) STRICT;

CREATE INDEX projects_created_by_index ON projects (created_by, status, updated_at);

-- What belongs to a project goes with it; what somebody wrote outlives their account.
CREATE TABLE document_versions (
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
  project_id TEXT NOT NULL,
  document_type TEXT NOT NULL,
  version INTEGER NOT NULL,
  content TEXT NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  created_by TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  CONSTRAINT document_versions_pk PRIMARY KEY (id),
  CONSTRAINT document_versions_id_check CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  CONSTRAINT document_versions_version_unique UNIQUE (project_id, document_type, version),
  CONSTRAINT document_versions_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT document_versions_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE SET NULL,
  CONSTRAINT document_versions_document_type_check CHECK (document_type <> ''),
  CONSTRAINT document_versions_version_check CHECK (version >= 1),
  CONSTRAINT document_versions_metadata_check CHECK (
    json_valid(metadata) AND json_type(metadata) = 'object'
  ),
  CONSTRAINT document_versions_times_check CHECK (
    created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
  )
) STRICT;

CREATE INDEX document_versions_created_by_index ON document_versions (created_by);

CREATE TABLE agent_executions (
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
  project_id TEXT NOT NULL,
  agent_type TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  input_data TEXT,
  output_data TEXT,
  error_message TEXT,
  started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  completed_at TEXT,
  CONSTRAINT agent_executions_pk PRIMARY KEY (id),
  CONSTRAINT agent_executions_id_check CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  CONSTRAINT agent_executions_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT agent_executions_agent_type_check CHECK (agent_type <> ''),
  CONSTRAINT agent_executions_status_check CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'cancelled')
  ),
  CONSTRAINT agent_executions_completed_at_check CHECK (completed_at >= started_at),
  CONSTRAINT agent_executions_correlation_id_check CHECK (
    length(correlation_id) = 36 AND correlation_id NOT GLOB '*[^0-9a-f-]*'
  ),
  CONSTRAINT agent_executions_input_data_check CHECK (json_valid(input_data)),
  CONSTRAINT agent_executions_output_data_check CHECK (json_valid(output_data)),
  CONSTRAINT agent_executions_times_check CHECK (
    started_at IS strftime('%Y-%m-%dT%H:%M:%fZ', started_at)
    AND completed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', completed_at)
  )
) STRICT;

CREATE INDEX agent_executions_correlation_id_index ON agent_executions (correlation_id);
CREATE INDEX agent_executions_project_id_index ON agent_executions (project_id, started_at);
CREATE INDEX agent_executions_status_index ON agent_executions (status, started_at);

CREATE TABLE exports (
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
  project_id TEXT NOT NULL,
  export_format TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'pending',
  file_path TEXT,
  manifest TEXT NOT NULL DEFAULT '{}',
  created_by TEXT,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  completed_at TEXT,
  expires_at TEXT,
  CONSTRAINT exports_pk PRIMARY KEY (id),
  CONSTRAINT exports_id_check CHECK (length(id) = 36 AND id NOT GLOB '*[^0-9a-f-]*'),
  CONSTRAINT exports_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT exports_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE SET NULL,
  CONSTRAINT exports_export_format_check CHECK (export_format <> ''),
  CONSTRAINT exports_status_check CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'expired')
  ),
  CONSTRAINT exports_manifest_check CHECK (
    json_valid(manifest) AND json_type(manifest) = 'object'
  ),
  CONSTRAINT exports_completed_at_check CHECK (completed_at >= created_at),
  CONSTRAINT exports_times_check CHECK (
    created_at IS strftime('%Y-%m-%dT%H:%M:%fZ', created_at)
    AND completed_at IS strftime('%Y-%m-%dT%H:%M:%fZ', completed_at)
    AND expires_at IS strftime('%Y-%m-%dT%H:%M:%fZ', expires_at)
  )
) STRICT;

CREATE INDEX exports_project_id_index ON exports (project_id);
CREATE INDEX exports_created_by_index ON exports (created_by);
CREATE INDEX exports_expires_at_index ON exports (expires_at) WHERE status = 'completed';
