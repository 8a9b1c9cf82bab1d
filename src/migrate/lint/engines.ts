import { registry } from '../../engines/registry.ts';
import { readMigrationFolder, type FolderRequest } from '../folder.ts';

/**
 * The engines that a folder is for, as far as its files' names say; the first of the registry
 * where they say nothing.
 */
export function enginesOf(request: Omit<FolderRequest, 'engine'>): readonly string[] {
  const names = registry.flatMap(({ schemes }) => schemes.slice(0, 1));
  const readings = names.map((engine) => {
    const { migrations } = readMigrationFolder({ ...request, engine });
    return { engine, files: new Set(migrations.map(({ up }) => up.file)) };
  });
  const named = readings.filter(({ engine, files }) =>
    [...files].some((file) =>
      readings.every((other) => other.engine === engine || !other.files.has(file)),
    ),
  );
  return named.length > 0 ? named.map(({ engine }) => engine) : names.slice(0, 1);
}
