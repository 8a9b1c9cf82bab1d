import type { Engine } from '../engines/engine.ts';
import type { Schema } from '../engines/schema.ts';
import { attributeGroups, compareSchemas } from './compare.ts';
import { readIgnored, withoutIgnored } from './ignore.ts';
import { ended } from './report.ts';

/** The schema without what the patterns leave out; left-out attributes say nothing. */
export function picked(schema: Schema, patterns: readonly string[]): Schema {
  const ignored = readIgnored(patterns);
  const silent = new Set<string>(ignored.groups.flatMap((group) => attributeGroups[group]));
  const kept = withoutIgnored(schema, ignored);
  if (silent.size === 0) return kept;
  return {
    ...kept,
    objects: kept.objects.map((object) => ({
      ...object,
      attributes: Object.fromEntries(
        Object.entries(object.attributes).map(([name, value]) => [
          name,
          silent.has(name) ? (Array.isArray(value) ? [] : null) : value,
        ]),
      ),
    })),
  };
}

/**
 * The schema as SQL that makes it in an empty database, the same text for the same schema. The
 * version of the server is not told: a patch release would change every dump.
 */
export async function dumpSql(engine: Engine, schema: Schema): Promise<string> {
  const major = schema.serverVersion.split('.')[0] ?? '';
  const empty = { ...schema, objects: [] };
  const mends = await engine.mend(schema, empty, compareSchemas(schema, empty));
  const blocks = mends.flatMap(({ statements, note }) =>
    statements.length > 0
      ? [[...(note === null ? [] : [`-- ${note}`]), ...statements.map(ended)].join('\n')]
      : [],
  );
  const title = `-- Schema of a ${engine.title} ${major} database, by jem-db`;
  return [title, ...engine.dumpPreamble.map(ended), ...blocks, ''].join('\n\n');
}
