import { join } from 'node:path';
import { type Server, type ServerOptions, startServer } from '../scratch/server.ts';
import { type Needed, raiseThrowaway } from './throwaway.ts';

export interface StartedThrowaway {
  readonly server: Server;
  /** Its last words, where it did not start. */
  readonly words: string | null;
  /** What it needed more of than the backup had, as `max_connections = 300`. */
  readonly raised: readonly string[];
}

/**
 * Starts a restored cluster. Its log may have been written with higher settings than it was backed up
 * with: recovery fails then where it finds no place for a prepared transaction. It is started again
 * with what it has learnt until then, and goes on where it was.
 */
export async function startThrowaway(
  options: ServerOptions,
  configured: Needed,
): Promise<StartedThrowaway> {
  const { folder, bin, signal } = options;
  const raised = new Map<string, number>();
  for (;;) {
    const server = startServer(options);
    try {
      const words = await server.ready;
      const lines = [...raised].map(([name, value]) => `${name} = ${value}`);
      if (words === null) return { server, words, raised: lines };
      const had = new Map([...configured, ...raised]);
      const more = await raiseThrowaway(join(folder, 'data'), { bin, had, signal });
      if (more.size === 0) return { server, words, raised: lines };
      for (const [name, value] of more) raised.set(name, value);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    await server.leave();
  }
}
