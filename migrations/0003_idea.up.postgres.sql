-- JEEX Idea.
CREATE TABLE users (
  id uuid NOT NULL DEFAULT uuidv7(),
  -- COLLATE "C" makes lower() fold A to Z alone, as SQLite does: unique alike on both engines.
  email text COLLATE "C" NOT NULL,
  name text NOT NULL,
  profile_data jsonb NOT NULL DEFAULT '{}',
  last_login_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT users_pk PRIMARY KEY (id),
  CONSTRAINT users_email_check CHECK (email LIKE '%_@_%'),
  CONSTRAINT users_profile_data_check CHECK (jsonb_typeof(profile_data) = 'object')
);

CREATE UNIQUE INDEX users_email_unique ON users (lower(email));

-- A user with projects cannot be deleted: somebody has to take the projects over first. NO ACTION
-- says so with one error on every engine and version; RESTRICT has codes of its own on some.
CREATE TABLE projects (
  id uuid NOT NULL DEFAULT uuidv7(),
  name text NOT NULL,
  language text COLLATE "C" NOT NULL DEFAULT 'en',
  status text NOT NULL DEFAULT 'draft',
  current_step integer NOT NULL DEFAULT 1,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_by uuid NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT projects_pk PRIMARY KEY (id),
  CONSTRAINT projects_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE NO ACTION,
  CONSTRAINT projects_name_check CHECK (name <> ''),
  CONSTRAINT projects_language_check CHECK (language ~ '^[a-z]{2}[A-Za-z0-9-]{0,33}$'),
  CONSTRAINT projects_status_check CHECK (
    status IN ('draft', 'in_progress', 'completed', 'archived')
  ),
  CONSTRAINT projects_current_step_check CHECK (current_step BETWEEN 1 AND 4),
  CONSTRAINT projects_metadata_check CHECK (jsonb_typeof(metadata) = 'object')
);

CREATE INDEX projects_created_by_index ON projects (created_by, status, updated_at);

-- What belongs to a project goes with it; what somebody wrote outlives their account.
CREATE TABLE document_versions (
  id uuid NOT NULL DEFAULT uuidv7(),
  project_id uuid NOT NULL,
  document_type text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  content text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT document_versions_pk PRIMARY KEY (id),
  CONSTRAINT document_versions_version_unique UNIQUE (project_id, document_type, version),
  CONSTRAINT document_versions_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT document_versions_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE SET NULL,
  CONSTRAINT document_versions_document_type_check CHECK (document_type <> ''),
  CONSTRAINT document_versions_version_check CHECK (version >= 1),
  CONSTRAINT document_versions_metadata_check CHECK (jsonb_typeof(metadata) = 'object')
);

CREATE INDEX document_versions_created_by_index ON document_versions (created_by);

CREATE TABLE agent_executions (
  id uuid NOT NULL DEFAULT uuidv7(),
  project_id uuid NOT NULL,
  agent_type text NOT NULL,
  correlation_id uuid NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  input_data jsonb,
  output_data jsonb,
  error_message text,
  started_at timestamptz(3) NOT NULL DEFAULT now(),
  completed_at timestamptz(3),
  CONSTRAINT agent_executions_pk PRIMARY KEY (id),
  CONSTRAINT agent_executions_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT agent_executions_agent_type_check CHECK (agent_type <> ''),
  CONSTRAINT agent_executions_status_check CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'cancelled')
  ),
  CONSTRAINT agent_executions_completed_at_check CHECK (completed_at >= started_at)
);

CREATE INDEX agent_executions_correlation_id_index ON agent_executions (correlation_id);
CREATE INDEX agent_executions_project_id_index ON agent_executions (project_id, started_at);
CREATE INDEX agent_executions_status_index ON agent_executions (status, started_at);

CREATE TABLE exports (
  id uuid NOT NULL DEFAULT uuidv7(),
  project_id uuid NOT NULL,
  export_format text NOT NULL,
  status text NOT NULL DEFAULT 'pending',
  file_path text,
  manifest jsonb NOT NULL DEFAULT '{}',
  created_by uuid,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  completed_at timestamptz(3),
  expires_at timestamptz(3),
  CONSTRAINT exports_pk PRIMARY KEY (id),
  CONSTRAINT exports_project_id_fk FOREIGN KEY (project_id) REFERENCES projects (id)
    ON DELETE CASCADE,
  CONSTRAINT exports_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
    ON DELETE SET NULL,
  CONSTRAINT exports_export_format_check CHECK (export_format <> ''),
  CONSTRAINT exports_status_check CHECK (
    status IN ('pending', 'running', 'completed', 'failed', 'expired')
  ),
  CONSTRAINT exports_manifest_check CHECK (jsonb_typeof(manifest) = 'object'),
  CONSTRAINT exports_completed_at_check CHECK (completed_at >= created_at)
);

CREATE INDEX exports_project_id_index ON exports (project_id);
CREATE INDEX exports_created_by_index ON exports (created_by);
CREATE INDEX exports_expires_at_index ON exports (expires_at) WHERE status = 'completed';

COMMENT ON TABLE users IS 'JEEX Idea: accounts; an email is unique whatever its case.';
COMMENT ON TABLE projects IS 'JEEX Idea: projects with the language of their documents.';
COMMENT ON TABLE document_versions IS 'JEEX Idea: each version of each document of a project.';
COMMENT ON TABLE agent_executions IS
  'JEEX Idea: runs of agents; those of one request share their correlation_id.';
COMMENT ON TABLE exports IS 'JEEX Idea: files made of a project, and until when they are kept.';
