import { idPattern } from '../ids.ts';

/** Names in a repository that begin with a dot are works that are not done, or not undone. */
export const partialName = (id: string): string => `.${id}.partial`;
export const removedName = (id: string): string => `.${id}.removed`;
export const lockName = (random: string): string => `.${random}.lock`;

export function isPartial(name: string): boolean {
  return idOf(name, '.partial') !== null;
}

export function isRemoved(name: string): boolean {
  return idOf(name, '.removed') !== null;
}

export function isLock(name: string): boolean {
  return /^\.[0-9a-f]{12}\.lock$/.test(name);
}

function idOf(name: string, end: string): string | null {
  const id = name.slice(1, -end.length);
  return name.startsWith('.') && name.endsWith(end) && idPattern.test(id) ? id : null;
}
