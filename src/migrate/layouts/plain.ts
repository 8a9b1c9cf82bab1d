import type { FileOptions } from '../../sql/options.ts';
import type { FolderFile } from '../listing.ts';
import { parseName } from '../naming.ts';
import { dbmateRules } from './dbmate.ts';
import { gooseRules } from './goose.ts';
import type { Layout, Listing, Problem, Reading } from './layout.ts';
import { native, neither, partOf } from './native.ts';
import { nodePgMigrateRules } from './node-pg-migrate.ts';
import { type Part, pair } from './pairs.ts';
import { headOf, scanFile } from './scan.ts';
import { isComment, isMarked, isSingle, type SectionRules } from './sections.ts';
import { wholeFile } from './sources.ts';
import { sqlMigrateRules } from './sql-migrate.ts';

/** A schema dump, and what drizzle-kit writes beside the SQL. */
const leaves = /^(schema|structure)\.sql$|^(schema|relations)\.ts$/;
const noTransactionLine =
  /^(?:\xef\xbb\xbf)?--[ \t]*(?:no-transaction|postgres-migrations[ \t]+disable-transaction)\b/;
const marked: readonly SectionRules[] = [
  dbmateRules,
  gooseRules,
  sqlMigrateRules,
  nodePgMigrateRules,
];
/** A comment that is nothing but a word for going back. */
const wayBack =
  /^[ \t]*--[ \t/@+]*(?:\w+[ \t:]+)?(?:down|undo|rollback|revert)(?:[ \t]+migration)?[ \t:.=-]*\r?$/gim;

/** `0001_users.sql`, up only: sqlx, Drizzle, Supabase, postgres-migrations. */
export const plain: Layout = {
  name: 'plain',
  title: 'NAME.sql, up alone (sqlx, Drizzle)',
  aliases: ['sqlx', 'drizzle', 'postgres-migrations', 'supabase', 'atlas'],
  detect: (_, samples) =>
    samples().find((sample) => !marked.some((rules) => isMarked(sample, rules)))?.file ?? null,
  read: readPlain,
  parse: parseName,
  owns: (name, base) => base === `${name}.sql` || native.owns(name, base),
  first: { prefix: '', separator: '_' },
  scaffold: (name) => [
    { path: `${name}.sql`, text: `-- ${name}: write here what this migration does.\n` },
  ],
};

/** Reads pairs as well: sqlx has both in one folder, told by `--layout plain`. */
function readPlain(listing: Listing): Reading {
  const words = [...listing.engine.own, ...listing.engine.others];
  const bases = new Set(listing.files.map(({ base }) => base));
  const parts: Part[] = [];
  const problems: Problem[] = [];
  for (const file of listing.files) {
    if (leaves.test(file.base)) continue;
    const found = isSingle(file)
      ? (doubtful(file, bases, listing.demanded) ?? singlePart(file))
      : (partOf(file, words) ?? neither(file));
    if ('hint' in found) problems.push(found);
    else parts.push(found);
  }
  const reading = pair(parts, listing, {
    parse: parseName,
    upName: (name) => `${name}.up.sql`,
    source: ({ file, direction }) =>
      direction === 'both' ? wholeFile(file, 'module') : wholeFile(file, 'sql', optionsOf(file)),
  });
  return { ...reading, problems: [...problems, ...reading.problems] };
}

function singlePart(file: FolderFile): Part {
  return { file, name: file.base.slice(0, -'.sql'.length), direction: 'up', engine: null };
}

function optionsOf(file: FolderFile): Partial<FileOptions> {
  return noTransactionLine.test(headOf(file, 200)) ? { noTransaction: true } : {};
}

/** A file that would destroy what it has just made, were it run from top to bottom. */
function doubtful(file: FolderFile, bases: ReadonlySet<string>, demanded: boolean): Problem | null {
  const up = file.base
    .replace(/([-_])(?:down|undo)\.sql$/, '$1up.sql')
    .replace(/^(\d+)\.undo\./, '$1.do.');
  if (up !== file.base && bases.has(up))
    return {
      file: file.shown,
      what: `is the way down of ${up}, and would run as a migration of its own`,
      hint: 'Rename the two to NAME.up.sql and NAME.down.sql.',
    };
  const mark = demanded ? null : markWithSqlBelow(file);
  return mark === null
    ? null
    : {
        file: file.shown,
        what: `has SQL below the comment "${mark}", which looks like the way back`,
        hint: 'Say how the folder is laid out: --layout NAME; with "--layout plain" all of the file goes up.',
      };
}

function markWithSqlBelow(file: FolderFile): string | null {
  const { size, lines } = scanFile(file, wayBack);
  const [mark] = lines;
  if (!mark) return null;
  return isComment(headOf(file, size).slice(mark.offset)) ? null : mark.text.trim();
}
