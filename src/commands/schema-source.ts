import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Engine, Session, Target } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { JemError } from '../errors.ts';
import { engineNamed, parseTarget } from '../target.ts';
import { type Context, openSession } from './context.ts';

/** What a user may name as a schema: a database, a dump, or the migrations folder at a version. */
export type SchemaSource =
  | { readonly kind: 'database'; readonly text: string; readonly target: Target }
  | { readonly kind: 'picture'; readonly text: string; readonly schema: Schema }
  | { readonly kind: 'script'; readonly text: string; readonly bytes: Uint8Array }
  | {
      readonly kind: 'folder';
      readonly text: string;
      readonly folder: string;
      readonly version: string | null;
    };

/**
 * Understands `postgres://…`, `./app.db`, `schema.json`, `schema.sql`, `migrations`,
 * `migrations@0042`. Throws `file-missing` and `bad-database-url`.
 */
export async function readSource(text: string, { environment }: Context): Promise<SchemaSource> {
  const { cwd } = environment;
  if (/\.(json|sql)$/i.test(text) && !/^[a-z+]+:\/\//i.test(text)) {
    const path = resolve(cwd, text);
    if (/\.sql$/i.test(text)) return { kind: 'script', text, bytes: readOrRefuse(path) };
    return { kind: 'picture', text, schema: pictureIn(path) };
  }
  const [, folder = text, version = null] = /^(.*)@([^/@]+)$/.exec(text) ?? [];
  for (const [path, at] of [
    [text, null],
    [folder, version],
  ] as const)
    if (statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isDirectory())
      return { kind: 'folder', text, folder: path, version: at === 'latest' ? null : at };
  return { kind: 'database', text, target: await parseTarget(text, environment) };
}

/** The engine that a source speaks of; null: it fits any. */
export async function engineOf(source: SchemaSource): Promise<Engine | null> {
  if (source.kind === 'database') return engineNamed(source.target.engine);
  return source.kind === 'picture' ? engineNamed(source.schema.engine) : null;
}

/** A connection where the source is a database. The caller disposes of it. */
export async function sessionOf(source: SchemaSource, context: Context): Promise<Session | null> {
  return source.kind === 'database' ? openSession(context, source.target, 'read') : null;
}

function pictureIn(path: string): Schema {
  let found: unknown;
  try {
    found = JSON.parse(readOrRefuse(path).toString('utf8'));
  } catch (error) {
    if (error instanceof JemError) throw error;
    throw notAPicture(path);
  }
  const picture = isRecord(found) && isRecord(found['result']) ? found['result']['picture'] : found;
  if (isPicture(picture)) return picture;
  throw notAPicture(path);
}

function readOrRefuse(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new JemError('file-missing', `Cannot read ${path} (${code})`, {
      hint: 'Name a database, a dump (.sql, .json), or a migrations folder, as in migrations@0042.',
      cause: error,
    });
  }
}

function notAPicture(path: string): JemError {
  return new JemError('schema-unreadable', `${path} holds no schema of jem-db`, {
    hint: 'Write one: `jem-db schema dump --format json > schema.json`',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPicture(value: unknown): value is Schema {
  return (
    isRecord(value) &&
    typeof value['engine'] === 'string' &&
    typeof value['serverVersion'] === 'string' &&
    Array.isArray(value['objects']) &&
    value['objects'].every(
      (object) => isRecord(object) && isRecord(object['attributes']) && 'dependsOn' in object,
    )
  );
}
