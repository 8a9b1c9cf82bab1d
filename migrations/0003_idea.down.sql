DROP TABLE exports;
DROP TABLE agent_executions;
DROP TABLE document_versions;
DROP TABLE projects;
DROP TABLE users;
