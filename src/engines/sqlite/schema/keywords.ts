const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** https://www.sqlite.org/lang_keywords.html */
const keywords = words(`
  ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN
  BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT
  CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC
  DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER
  FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN
  INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE
  LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS
  OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP
  REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET
  TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM
  VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT TRUE FALSE`);

/** Keywords that say nothing inside an expression or a query, and are names wherever they stand. */
const plainThere = words(`
  ACTION ADD AFTER ALTER ALWAYS ANALYZE ATTACH AUTOINCREMENT BEFORE BEGIN CASCADE CHECK COLUMN
  COMMIT CONSTRAINT CREATE DATABASE DEFERRABLE DEFERRED DETACH DROP EACH EXCLUSIVE EXPLAIN FOREIGN
  GENERATED IF IMMEDIATE INDEX INITIALLY INSTEAD KEY PLAN PRAGMA PRIMARY QUERY REFERENCES REINDEX
  RELEASE RENAME SAVEPOINT TABLE TEMP TEMPORARY TRANSACTION TRIGGER UNIQUE VACUUM VIEW VIRTUAL
  WITHIN WITHOUT`);

/** Of an unquoted word, in upper case, inside an expression or a query. */
export function isKeyword(word: string): boolean {
  return keywords.has(word) && !plainThere.has(word);
}

/** A name as SQL writes it, quoted where it must be. */
export function identifier(name: string): string {
  return isPlain(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Whether a name needs no quotes. */
export function isPlain(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(name.toUpperCase());
}

/** Names are the same to SQLite where they differ in the case of ASCII letters alone. */
export function folded(name: string): string {
  const lower = name.toLowerCase();
  return lower === name || /^[\x00-\x7f]*$/.test(name)
    ? lower
    : name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
