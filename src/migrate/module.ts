import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importFile } from '../../bin/import.cjs';
import type { ScriptFunction } from '../engines/migrating.ts';
import { JemError } from '../errors.ts';

/**
 * Imports a JavaScript or TypeScript migration and returns its `up` or `down`.
 * Throws `migration-unreadable` where the module cannot be loaded or lacks that function.
 */
export async function loadModule(file: string, direction: 'up' | 'down'): Promise<ScriptFunction> {
  const exported = await importMigration(resolve(file));
  const found = exported[direction] ?? ofDefault(exported['default'], direction);
  if (isScriptFunction(found)) return found;
  if (direction === 'down')
    throw new JemError('migration-not-reversible', `${file} exports no function "down"`, {
      hint: 'Export one that undoes what "up" does.',
    });
  throw new JemError('migration-unreadable', `${file} exports no function "up"`, {
    hint: 'Export one: `export async function up(database) { await database.execute("…") }`.',
  });
}

/** CommonJS with computed exports, and `export default { up, down }`. */
function ofDefault(exported: unknown, direction: 'up' | 'down'): unknown {
  if (typeof exported !== 'object' || exported === null) return undefined;
  return Object.entries(exported).find(([name]) => name === direction)?.[1];
}

function isScriptFunction(value: unknown): value is ScriptFunction {
  return typeof value === 'function';
}

async function importMigration(path: string): Promise<Record<string, unknown>> {
  try {
    const strips = 'typescript' in process.features && process.features.typescript;
    if (/\.[cm]?ts$/.test(path) && !strips) return await importTypeScript(path);
    return await importFile(pathToFileURL(path).href);
  } catch (error) {
    throw new JemError('migration-unreadable', `${path} cannot be loaded`, {
      why: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
}

/** Node 20 cannot run TypeScript by itself; jiti strips the types. */
async function importTypeScript(path: string): Promise<Record<string, unknown>> {
  const { createJiti } = await import('jiti');
  return createJiti(pathToFileURL(path).href, { moduleCache: false }).import(path);
}
