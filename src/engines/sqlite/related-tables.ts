import type { Database } from './driver.ts';

interface TableRow {
  readonly name: string;
  readonly sql: string;
}

/**
 * The child tables whose foreign keys a script may have broken: those it mentions, and those
 * whose definition names a table that it mentions. A name counts wherever it stands, so this is
 * too much rather than too little; with triggers in the schema every child table counts.
 * `known` collects the tables met, for those that the script drops.
 */
export function relatedChildren(db: Database, text: string, known: Set<string>): readonly string[] {
  const tables = db.prepare<[], TableRow>(allTables).all();
  const children = tables.filter(isChild);
  if (children.length === 0) return [];
  if (hasTriggers(db)) return children.map(({ name }) => name);
  const searched = bare(text);
  for (const { name } of tables) if (searched.includes(bare(name))) known.add(bare(name));
  return children
    .filter(({ name, sql }) => known.has(bare(name)) || namesOneOf(sql, known))
    .map(({ name }) => name);
}

/** Every table with a foreign key. */
export function childTables(db: Database): readonly string[] {
  return db
    .prepare<[], TableRow>(allTables)
    .all()
    .filter(isChild)
    .map(({ name }) => name);
}

function isChild({ sql }: TableRow): boolean {
  return /references/i.test(sql);
}

const allTables = `SELECT name, coalesce(sql, '') AS sql FROM main.sqlite_schema WHERE type = 'table'`;

/** Without quotes, which double inside a quoted name, and without its letters' case. */
function bare(text: string): string {
  return text.replace(/["'`[\]]/g, '').toLowerCase();
}

function hasTriggers(db: Database): boolean {
  const sql = `SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' LIMIT 1`;
  return db.prepare(sql).get() !== undefined;
}

function namesOneOf(sql: string, names: ReadonlySet<string>): boolean {
  const searched = names.size > 0 ? bare(sql) : '';
  for (const name of names) if (searched.includes(name)) return true;
  return false;
}
