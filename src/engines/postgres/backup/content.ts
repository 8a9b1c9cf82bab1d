import type { Content, ContentOptions } from '../../backing-up.ts';
import type { PostgresSession } from '../session.ts';

export async function postgresContent(
  _session: PostgresSession,
  _options: ContentOptions,
): Promise<Content> {
  throw new Error('not built yet');
}
