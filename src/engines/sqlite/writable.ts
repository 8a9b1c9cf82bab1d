import { dirname } from 'node:path';
import { JemError } from '../../errors.ts';
import type { Connection } from './driver.ts';
import { isWritable } from './file-facts.ts';
import { fileReadonly, folderReadonly } from './open-errors.ts';

/** Refuses a database that cannot be written, before anything is tried. */
export function refuseReadonly(connection: Connection): void {
  const { file, display } = connection;
  if (connection.readonly)
    throw new JemError('read-only-target', `${display} is opened for reading only`, {
      why: 'Its URL says so (mode=ro, immutable=1).',
      hint: 'Take that out of the URL to let jem-db write.',
    });
  if (file === null) return;
  if (!isWritable(file)) throw fileReadonly(file, connection);
  if (!isWritable(dirname(file))) throw folderReadonly(file, connection);
}
