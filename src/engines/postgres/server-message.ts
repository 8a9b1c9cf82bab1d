/** The fields of an error or notice that a server or a pooler sent. */
export interface ServerMessage {
  readonly code: string;
  readonly message: string;
  readonly severity: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Context: the function or the COPY line it happened in; may hold data. */
  readonly where: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
  readonly dataType: string | undefined;
}

/** Reads what pg throws or emits for a server's message; null where a server said nothing. */
export function serverMessage(error: unknown): ServerMessage | null {
  if (typeof error !== 'object' || error === null) return null;
  const field = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const code = field('code');
  const severity = field('severity');
  if (code === undefined || severity === undefined) return null;
  return {
    code,
    severity,
    message: field('message') ?? '',
    detail: field('detail'),
    hint: field('hint'),
    where: field('where'),
    schema: field('schema'),
    table: field('table'),
    column: field('column'),
    constraint: field('constraint'),
    dataType: field('dataType'),
  };
}
