/**
 * SQL for the definition of an index or exclusion without its storage options, as the catalog
 * writes them there: they are an attribute of their own.
 */
export function withoutOptions(definition: string, options: string): string {
  return `CASE WHEN ${options} IS NULL THEN ${definition} ELSE pg_catalog.replace(${definition}, ' WITH (' || (
      SELECT pg_catalog.string_agg(pg_catalog.quote_ident(o.name) || '='
        || CASE WHEN pg_catalog.quote_ident(o.value) = o.value THEN o.value ELSE pg_catalog.quote_literal(o.value) END, ', ' ORDER BY o.place)
      FROM (SELECT pg_catalog.substr(u.option, 1, pg_catalog.strpos(u.option, '=') - 1) AS name,
          pg_catalog.substr(u.option, pg_catalog.strpos(u.option, '=') + 1) AS value, u.place
        FROM pg_catalog.unnest(${options}) WITH ORDINALITY u(option, place)) o) || ')', '') END`;
}
