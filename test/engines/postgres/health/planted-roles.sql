-- Roles and what holds for the whole server; expected in planted-security.ts.
SET password_encryption = 'md5';
CREATE ROLE md5_role LOGIN PASSWORD 'old';
SET password_encryption = 'scram-sha-256';
CREATE ROLE shop_owner LOGIN PASSWORD 'secret-of-the-test';
CREATE ROLE second_super LOGIN SUPERUSER PASSWORD 'x';
CREATE ROLE creator LOGIN CREATEROLE PASSWORD 'x';
CREATE ROLE bypasser LOGIN BYPASSRLS PASSWORD 'x';
CREATE ROLE filer LOGIN PASSWORD 'x' IN ROLE pg_execute_server_program;
CREATE ROLE nobody_knows LOGIN;
CREATE ROLE expired LOGIN PASSWORD 'x' VALID UNTIL '2020-01-01';
CREATE ROLE watcher LOGIN PASSWORD 'secret-of-the-test' IN ROLE pg_monitor;
CREATE ROLE plain LOGIN PASSWORD 'secret-of-the-test';
ALTER ROLE plain SET idle_session_timeout = '10min';
CREATE DATABASE half_dropped;
UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'half_dropped';
CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en' LOCALE 'C';
UPDATE pg_database SET datcollversion = '1.0' WHERE datname = 'sorted';
ALTER ROLE second_super SET session_replication_role = replica;
