import type { BaseBackups, Session } from '../../engine.ts';
import type { PostgresSession } from '../session.ts';

export const postgresBaseBackups: BaseBackups = {
  take: async (session, options) => {
    const { takeBaseBackup } = await import('./backup.ts');
    if (!isPostgresSession(session)) throw new Error('a session of another engine');
    return takeBaseBackup(session, options);
  },
  look: async (folder) => {
    const { lookAtFolder } = await import('./folder.ts');
    return lookAtFolder(folder);
  },
  restore: async (chain, options) => {
    const { restoreCluster } = await import('./restore.ts');
    return restoreCluster(chain, options);
  },
  restoreIntoScratch: async (chain, options) => {
    const { restoreClusterIntoScratch } = await import('./into-scratch.ts');
    return restoreClusterIntoScratch(chain, options);
  },
};

function isPostgresSession(session: Session): session is PostgresSession {
  return 'there' in session;
}
