import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { JemError } from '../../errors.ts';
import { codeOf } from '../storage-errors.ts';
import { ignoring, makePrivateFolder, syncFolder } from './durable.ts';

/** Only the last folder of the path is made: where more is missing, a disk may not be mounted. */
export async function makeRepository(folder: string): Promise<void> {
  const made = await makePrivateFolder(folder).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw parentMissing(folder, error);
      return ignoring('EEXIST')(error);
    },
  );
  if (made) await syncFolder(dirname(folder));
  if (!(await stat(folder)).isDirectory())
    throw new JemError('repository-unusable', `${folder} is no folder`, {
      why: 'Something else stands there.',
      hint: 'Name a folder for the backups.',
    });
}

function parentMissing(folder: string, cause: unknown): JemError {
  return new JemError('repository-unusable', `The folder for backups cannot be made: ${folder}`, {
    why: `There is no folder ${dirname(folder)}; a disk that should be there may not be mounted.`,
    hint: `Check the path, or create it: mkdir -p '${dirname(folder)}'`,
    cause,
  });
}
