/** One server to try, as libpq would: in order, the first that suits. */
export interface PostgresHost {
  /**
   * Name, IP address, or a folder (`/run/postgresql`, `@abstract`) that holds the socket.
   * Empty where `hostaddr` alone was given.
   */
  readonly host: string;
  /** An address that saves the look-up of `host`; `host` still names the certificate. */
  readonly hostaddr?: string;
  readonly port: number;
  /** Kept per host: a password file may have a line for each. Never printed. */
  readonly password?: string;
}

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

export type PasswordOrigin = 'url' | 'environment' | 'password-file' | 'service-file';

/** A connection text with environment, service file, password file and defaults filled in. */
export interface Conninfo {
  /** The part behind `+` of `postgresql+psycopg2://`. */
  readonly driver?: string;
  readonly hosts: readonly PostgresHost[];
  readonly user: string;
  readonly database: string;
  readonly passwordFrom?: PasswordOrigin;
  readonly sslmode: SslMode;
  /**
   * Every other libpq parameter that was given, by its libpq name; an empty one counts as not
   * given. Never printed whole: `sslpassword` and other secrets are among them.
   */
  readonly params: Readonly<Record<string, string>>;
  /** SQLAlchemy's pool words (`pool_size` …) as given; no server and no child process gets them. */
  readonly pool: Readonly<Record<string, string>>;
  /** Server settings of PGDATESTYLE, PGTZ and PGGEQO, for the start-up packet. */
  readonly settings: Readonly<Record<string, string>>;
}
