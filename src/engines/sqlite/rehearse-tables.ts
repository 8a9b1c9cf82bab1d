import type { Database } from './driver.ts';
import { pragma } from './values.ts';

/**
 * Notes where the tables are stored; the function returned names those that are stored elsewhere
 * since it was last called: they were built anew.
 */
export function watchTables(db: Database): () => readonly string[] {
  // Here a table also moves because another one is dropped.
  if (pragma(db, 'auto_vacuum') !== 0) return () => [];
  let version = pragma(db, 'schema_version');
  const known = rootPages(db);
  return () => {
    const now = pragma(db, 'schema_version');
    if (now === version) return [];
    version = now;
    const moved = [...rootPages(db)].filter(([name, page]) => (known.get(name) ?? page) !== page);
    for (const [name, page] of moved) known.set(name, page);
    return moved.map(([name]) => name);
  };
}

interface Place {
  readonly name: string;
  readonly rootpage: number;
}

function rootPages(db: Database): Map<string, number> {
  const sql = `SELECT name, rootpage FROM main.sqlite_schema
    WHERE type = 'table' AND rootpage > 0 ORDER BY name`;
  const rows = db.prepare<[], Place>(sql).all();
  return new Map(rows.map(({ name, rootpage }) => [name, rootpage]));
}
