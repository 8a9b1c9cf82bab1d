type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

/** The SQL statements in what the PL/pgSQL parser returns, EXECUTE of a plain string among them. */
export function listedQueries(tree: unknown): string[] {
  if (Array.isArray(tree)) return tree.flatMap(listedQueries);
  if (!isTree(tree)) return [];
  return Object.entries(tree).flatMap(([kind, value]) => {
    const query = queryOf(kind, value);
    return query === null ? listedQueries(value) : [query];
  });
}

function queryOf(kind: string, value: unknown): string | null {
  if (!isTree(value)) return null;
  if (kind === 'PLpgSQL_stmt_execsql') return expression(value['sqlstmt']);
  if (kind !== 'PLpgSQL_stmt_dynexecute') return null;
  const text = /^'((?:[^']|'')*)'$/.exec(expression(value['query']) ?? '')?.[1];
  return text === undefined ? null : text.replaceAll("''", "'");
}

function expression(value: unknown): string | null {
  const inner = isTree(value) ? value['PLpgSQL_expr'] : null;
  const query = isTree(inner) ? inner['query'] : null;
  return typeof query === 'string' ? query : null;
}
