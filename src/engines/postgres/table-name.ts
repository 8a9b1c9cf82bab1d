import { JemError } from '../../errors.ts';
import { identifier } from './quoting.ts';

/** A table as a setting names it; `schema` null: wherever the search path leads. */
export interface TableName {
  readonly schema: string | null;
  readonly table: string;
}

const part = String.raw`(?:"((?:[^"]|"")+)"|([^".]+))`;
const pattern = new RegExp(`^(?:${part}\\.)?${part}$`);

/**
 * Reads `table`, `schema.table` or `"odd.schema".table`. Upper case stays as it is written: the
 * name is a name, no SQL. Throws `bad-setting`.
 */
export function parseTableName(text: string): TableName {
  const found = pattern.exec(text);
  if (!found || text.includes('\0'))
    throw new JemError('bad-setting', `"${text}" is no name of a table`, {
      why: 'It is a table, or a schema and a table with one dot between them.',
      hint: 'Write for example jem_db_migrations, or ops.jem_db_migrations.',
    });
  const [, quotedSchema, plainSchema, quotedTable, plainTable] = found;
  return {
    schema: quotedSchema?.replaceAll('""', '"') ?? plainSchema ?? null,
    table: quotedTable?.replaceAll('""', '"') ?? plainTable ?? '',
  };
}

/** The name as SQL has it. */
export function sqlName({ schema, table }: TableName): string {
  return schema === null ? identifier(table) : `${identifier(schema)}.${identifier(table)}`;
}
