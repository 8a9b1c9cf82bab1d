import { idPattern } from '../ids.ts';
import { manifestName, proofsFolder } from '../manifest-file.ts';

// A backup's objects lie below its id, as its files do in a folder; what is not done, or not undone,
// is told by objects below `.work/`.

const workFolder = '.work/';

/** What an object below `.work/` tells. */
export interface Work {
  readonly key: string;
  /** `partial`: a backup grows; `removed`: one is taken away; `lock`: somebody tidies. */
  readonly kind: 'partial' | 'removed' | 'lock';
  /** Of the backup; empty for a lock. */
  readonly id: string;
}

interface Where {
  readonly prefix: string;
}

/** What the objects of a backup begin with. */
export const backupPrefix = ({ prefix }: Where, id: string): string => `${prefix}${id}/`;
export const manifestKey = (where: Where, id: string): string =>
  `${backupPrefix(where, id)}${manifestName}`;
export const proofsPrefix = (where: Where, id: string): string =>
  `${backupPrefix(where, id)}${proofsFolder}/`;
/** What all that is told of works begins with, or of those on one backup. */
export const workPrefix = ({ prefix }: Where, id?: string): string =>
  `${prefix}${workFolder}${id === undefined ? '' : `${id}.`}`;
export const partialKey = (where: Where, id: string, token: string): string =>
  `${workPrefix(where, id)}${token}.partial`;
export const removedKey = (where: Where, id: string): string => `${workPrefix(where, id)}removed`;
export const lockKey = (where: Where, token: string): string => `${workPrefix(where)}${token}.lock`;

/** What a key below `.work/` tells; null where it is not ours. */
export function workOf(where: Where, key: string): Work | null {
  const name = key.slice(workPrefix(where).length);
  const [id = '', ...rest] = name.split('.');
  const token = /^[0-9a-f]{12}$/;
  if (token.test(id) && rest.length === 1 && rest[0] === 'lock')
    return { key, kind: 'lock', id: '' };
  if (!idPattern.test(id)) return null;
  if (rest.length === 1 && rest[0] === 'removed') return { key, kind: 'removed', id };
  const isPartial = rest.length === 2 && token.test(rest[0] ?? '') && rest[1] === 'partial';
  return isPartial ? { key, kind: 'partial', id } : null;
}
