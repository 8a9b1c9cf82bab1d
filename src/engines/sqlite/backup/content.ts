import type { Content, ContentOptions } from '../../backing-up.ts';
import type { Connection } from '../driver.ts';

export async function sqliteContent(
  _connection: Connection,
  _options: ContentOptions,
): Promise<Content> {
  throw new Error('not built yet');
}
