import type { Compression } from '../../backing-up.ts';
import type {
  LiveGrant,
  LiveLocale,
  LiveMembership,
  LiveRole,
  LiveSetting,
} from '../scratch/live.ts';
import { type Check, each, flag, orNull, shape, text, whole, requireFacts } from './fact-checks.ts';

/** What of a database stands outside of its dump, and is needed to restore it elsewhere. */
export interface BackupFacts {
  /** Counts up when a reader of an older format would go wrong. */
  readonly format: 1;
  /** The program that wrote the dump: one older than that cannot read it. */
  readonly dump: { readonly version: string; readonly compression: Compression['method'] };
  readonly database: string;
  readonly owner: string;
  readonly locale: LiveLocale;
  /** Rights on the database; null: the defaults. */
  readonly grants: readonly LiveGrant[] | null;
  readonly comment: string | null;
  /** -1: none. */
  readonly connectionLimit: number;
  /** Of this database alone: for everybody (`role` null), and for single roles. */
  readonly settings: readonly LiveSetting[];
  /** Roles that the dump or the database names: owners, grantees, those of policies. */
  readonly named: readonly string[];
  /** Those, and the roles that they are members of; no predefined ones (`pg_…`). */
  readonly roles: readonly LiveRole[];
  readonly memberships: readonly LiveMembership[];
  /** The role that initdb made. */
  readonly bootstrap: string;
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  /** Tablespaces that the dump names, without the two that every server has. */
  readonly tablespaces: readonly string[];
  /** `shared_preload_libraries`; null where this user may not see them. */
  readonly preloaded: string | null;
}

const checks = {
  format: (value) => value === 1,
  dump: shape({ version: text, compression: text }),
  database: text,
  owner: text,
  locale: shape({
    ...{ encoding: text, collate: text, ctype: text, provider: text },
    ...{ locale: orNull(text), icuRules: orNull(text) },
  }),
  grants: orNull(each(shape({ grantee: orNull(text), privilege: text, grantable: flag }))),
  comment: orNull(text),
  connectionLimit: whole,
  settings: each(shape({ role: orNull(text), inDatabase: flag, settings: each(text) })),
  named: each(text),
  roles: each(
    shape({
      ...{ rolname: text, rolsuper: flag, rolinherit: flag, rolcreaterole: flag },
      ...{ rolcreatedb: flag, rolcanlogin: flag, rolreplication: flag, rolbypassrls: flag },
    }),
  ),
  memberships: each(
    shape({ role: text, member: text, admin: flag, inherit: orNull(flag), set: orNull(flag) }),
  ),
  bootstrap: text,
  extensions: each(shape({ name: text, version: text })),
  tablespaces: each(text),
  preloaded: orNull(text),
} satisfies Record<keyof BackupFacts, Check>;

/** The facts of a manifest. Throws `backup-corrupt` where they are not what this version reads. */
export function factsOf(facts: Readonly<Record<string, unknown>>): BackupFacts {
  requireFacts(facts, checks);
  return facts as unknown as BackupFacts;
}
