import { JemError } from '../../errors.ts';
import { didYouMean } from '../../near-miss.ts';
import type { FolderFile } from '../listing.ts';
import { dbmate } from './dbmate.ts';
import { flyway } from './flyway.ts';
import { goose } from './goose.ts';
import type { Layout, Listing, Sample } from './layout.ts';
import { native } from './native.ts';
import { nodePgMigrate } from './node-pg-migrate.ts';
import { perFolder } from './per-folder.ts';
import { plain } from './plain.ts';
import { headOf } from './scan.ts';
import { isSingle } from './sections.ts';
import { sqlMigrate } from './sql-migrate.ts';

/** Every layout jem-db reads, one line each. */
const layouts: readonly Layout[] = [
  native,
  dbmate,
  goose,
  sqlMigrate,
  nodePgMigrate,
  flyway,
  perFolder,
  plain,
];

const samplesTaken = 5;
const sampleSize = 16 * 1024;

/** The layout of that name or alias. Throws `bad-setting`. */
export function layoutNamed(name: string): Layout {
  const found = layouts.find((layout) => [layout.name, ...layout.aliases].includes(name));
  if (found) return found;
  const names = layouts.map((layout) => layout.name);
  const known = layouts.flatMap((layout) => [layout.name, ...layout.aliases]);
  throw new JemError('bad-setting', `There is no layout "${name}"`, {
    hint: `The layouts are ${names.join(', ')}.${didYouMean(name, known)}`,
  });
}

/**
 * The layout that the files show; `native` where they show none. Throws
 * `migrations-layout-unclear` where they show several.
 */
export function detectLayout(listing: Listing, shownFolder: string): Layout {
  let taken: readonly Sample[] | null = null;
  const samples = (): readonly Sample[] => (taken ??= takeSamples(listing.files));
  const found = layouts.flatMap((layout) => {
    const file = layout.detect(listing, samples);
    return file ? [{ layout, file }] : [];
  });
  if (found.length < 2) return found[0]?.layout ?? native;
  const seen = found.map(({ layout, file }) => `${layout.name} (${file.shown})`);
  throw new JemError(
    'migrations-layout-unclear',
    `${shownFolder} looks like several layouts at once: ${seen.join(', ')}`,
    {
      why: 'jem-db would have to guess which SQL goes up and which comes down.',
      hint: `Move the odd files out or rename them, or say which it is: --layout ${found.map(({ layout }) => layout.name).join('|')}.`,
    },
  );
}

/** Some files spread over the folder: few are opened, and an odd one shows all the same when read. */
function takeSamples(files: readonly FolderFile[]): Sample[] {
  const single = files.filter(isSingle);
  const step = Math.max(1, (single.length - 1) / (samplesTaken - 1));
  const taken = new Set(
    Array.from({ length: samplesTaken }, (_, index) => single[Math.round(index * step)]),
  );
  return [...taken].flatMap((file) => (file ? [{ file, head: headOf(file, sampleSize) }] : []));
}
