import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import type { Repository } from './contract.ts';

/** How many are named where a word fits several. */
const mostNamed = 5;

/**
 * The id that `word` means among those of a repository, oldest first: itself, the beginning of one
 * alone, or `latest`. Throws `backup-missing`.
 */
export function idNamed(word: string, ids: readonly string[], repository: string): string {
  const newest = ids.at(-1);
  if (newest === undefined)
    throw new JemError('backup-missing', `There is no backup in ${repository}`, {
      hint: 'Make one: `jem-db backup create`; or name the folder of the backups with --backups.',
    });
  if (word === 'latest') return newest;
  const fitting = ids.includes(word) ? [word] : ids.filter((id) => id.startsWith(word));
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return only;
  const several = fitting.length > 1;
  const shown = fitting.slice(-mostNamed).join(', ');
  throw new JemError(
    'backup-missing',
    several
      ? `"${word}" begins the names of ${fitting.length} backups`
      : `There is no backup "${word}" in ${repository}`,
    {
      hint: several
        ? `Write more of it: ${fitting.length > mostNamed ? 'among others ' : ''}${shown}.`
        : `\`jem-db backup list\` shows them; latest is the newest.${didYouMean(word, ['latest', ...ids])}`,
    },
  );
}

/** The same of a repository as it is now. Throws `backup-missing`. */
export async function chosenId(repository: Repository, word: string): Promise<string> {
  const listed = await repository.list();
  return idNamed(
    word,
    listed.map(({ id }) => id),
    repository.display,
  );
}
