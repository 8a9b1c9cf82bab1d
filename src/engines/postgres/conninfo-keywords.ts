/** Every parameter of libpq 18 and the environment variable that stands in for it. */
export const keywords: ReadonlyMap<string, string | null> = new Map([
  ['service', 'PGSERVICE'],
  ['user', 'PGUSER'],
  ['password', 'PGPASSWORD'],
  ['passfile', 'PGPASSFILE'],
  ['channel_binding', 'PGCHANNELBINDING'],
  ['connect_timeout', 'PGCONNECT_TIMEOUT'],
  ['dbname', 'PGDATABASE'],
  ['host', 'PGHOST'],
  ['hostaddr', 'PGHOSTADDR'],
  ['port', 'PGPORT'],
  ['client_encoding', 'PGCLIENTENCODING'],
  ['options', 'PGOPTIONS'],
  ['application_name', 'PGAPPNAME'],
  ['fallback_application_name', null],
  ['keepalives', null],
  ['keepalives_idle', null],
  ['keepalives_interval', null],
  ['keepalives_count', null],
  ['tcp_user_timeout', null],
  ['sslmode', 'PGSSLMODE'],
  ['sslnegotiation', 'PGSSLNEGOTIATION'],
  ['sslcompression', 'PGSSLCOMPRESSION'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['sslcertmode', 'PGSSLCERTMODE'],
  ['sslpassword', null],
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcrl', 'PGSSLCRL'],
  ['sslcrldir', 'PGSSLCRLDIR'],
  ['sslsni', 'PGSSLSNI'],
  ['requirepeer', 'PGREQUIREPEER'],
  ['require_auth', 'PGREQUIREAUTH'],
  ['min_protocol_version', 'PGMINPROTOCOLVERSION'],
  ['max_protocol_version', 'PGMAXPROTOCOLVERSION'],
  ['ssl_min_protocol_version', 'PGSSLMINPROTOCOLVERSION'],
  ['ssl_max_protocol_version', 'PGSSLMAXPROTOCOLVERSION'],
  ['gssencmode', 'PGGSSENCMODE'],
  ['krbsrvname', 'PGKRBSRVNAME'],
  ['gsslib', 'PGGSSLIB'],
  ['gssdelegation', 'PGGSSDELEGATION'],
  ['replication', null],
  ['target_session_attrs', 'PGTARGETSESSIONATTRS'],
  ['load_balance_hosts', 'PGLOADBALANCEHOSTS'],
  ['scram_client_key', null],
  ['scram_server_key', null],
  ['oauth_issuer', null],
  ['oauth_client_id', null],
  ['oauth_client_secret', null],
  ['oauth_scope', null],
  ['sslkeylogfile', null],
]);

/** Parameters whose value no output may hold. */
export const secretKeywords: ReadonlySet<string> = new Set([
  'password',
  'sslpassword',
  'scram_client_key',
  'scram_server_key',
  'oauth_client_secret',
]);

/** Environment variables that libpq sends as server settings, unless their value is `default`. */
export const settingVariables: Readonly<Record<string, string>> = {
  PGDATESTYLE: 'datestyle',
  PGTZ: 'timezone',
  PGGEQO: 'geqo',
};

/** What SQLAlchemy's users write behind a URL for their pool. */
export const poolWords: ReadonlySet<string> = new Set([
  'pool_size',
  'max_overflow',
  'pool_timeout',
  'pool_recycle',
  'pool_pre_ping',
]);

const asOption = 'Server settings go into options: options=-c%20NAME%3DVALUE.';

/** Words of other tools that libpq does not know, and what to write instead. */
export const foreignWords: ReadonlyMap<string, string> = new Map([
  ['ssl', 'Write sslmode=disable, sslmode=require or sslmode=verify-full instead.'],
  ['schema', 'Leave it out, or write options=-c%20search_path%3DNAME instead.'],
  ['currentSchema', 'Leave it out, or write options=-c%20search_path%3DNAME instead.'],
  ['search_path', asOption],
  ['statement_timeout', asOption],
  ['lock_timeout', asOption],
  ['timezone', asOption],
  ['TimeZone', asOption],
  ['pgbouncer', 'Leave it out; jem-db finds out by itself whether it talks to a pooler.'],
  ['connection_limit', 'Leave it out, or write pool_size=N instead.'],
  ['sslaccept', 'Write sslmode=verify-full or sslmode=require instead.'],
  ['database', 'Write dbname instead.'],
  ['username', 'Write user instead.'],
  ['pass', 'Write password instead.'],
  ['passwd', 'Write password instead.'],
  ['hostname', 'Write host instead.'],
  ['encoding', 'Write client_encoding instead.'],
]);
