import { idPattern } from '../ids.ts';

/** Names in a repository that begin with a dot are works that are not done, or not undone. */
export const partialName = (id: string): string => `.${id}.partial`;
export const removedName = (id: string): string => `.${id}.removed.gone`;
export const lockName = (random: string): string => `.${random}.lock`;

/** Whether it is the name of one of these, also on its way out. */
export function isWork(name: string): boolean {
  const [empty, subject = '', kind, gone = 'gone', ...more] = name.split('.');
  if (empty !== '' || gone !== 'gone' || more.length > 0) return false;
  if (kind === 'lock') return /^[0-9a-f]{12}$/.test(subject);
  return (kind === 'partial' || kind === 'removed') && idPattern.test(subject);
}

/** The id of a backup in the making, from the name of its folder; null: it is none. */
export function idOfPartial(name: string): string | null {
  const id = name.slice(1).replace(/\.partial$/, '');
  return idPattern.test(id) && name === partialName(id) ? id : null;
}

export function isLock(name: string): boolean {
  return isWork(name) && name.endsWith('.lock');
}
