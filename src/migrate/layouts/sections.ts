import { JemError } from '../../errors.ts';
import type { FileOptions } from '../../sql/options.ts';
import type { FolderFile } from '../listing.ts';
import type { Migration, Source } from '../migration.ts';
import { parseName } from '../naming.ts';
import type { Layout, Listing, Problem, Reading, Sample } from './layout.ts';
import { neither } from './native.ts';
import { withoutNumber } from './pairs.ts';
import { headOf, scanFile } from './scan.ts';
import { readBytes } from './sources.ts';

/** What a marking line says. A mark without a direction speaks for the whole file. */
export interface Mark {
  readonly direction: 'up' | 'down' | null;
  readonly options: Partial<FileOptions>;
  /** Why jem-db cannot do what it asks. */
  readonly refusal?: string;
}

/** How a tool marks the two directions in one file. */
export interface SectionRules {
  /** Lines that may be marks; global, multi-line, on Latin-1 text. */
  readonly pattern: RegExp;
  readonly read: (line: string) => Mark | null;
  /** The marks as they are written, for hints and new files. */
  readonly up: string;
  readonly down: string;
  /** Files that lie about in such a folder and are no migrations. */
  readonly leaves?: RegExp;
}

const numberedSql = /^\d.*\.sql$/;
/** Half of a pair, or meant as one. */
const pairedSql = /\.(up|down)\.|\.\.sql$/i;

/** Could this file hold both directions, or be up alone? */
export function isSingle({ base }: FolderFile): boolean {
  return numberedSql.test(base) && !pairedSql.test(base);
}

/** A layout where one file holds both directions, told apart by marks. */
export function sectioned(
  about: Pick<Layout, 'name' | 'title' | 'aliases'>,
  rules: SectionRules,
): Layout {
  return {
    ...about,
    detect: (_, samples) => samples().find((sample) => isMarked(sample, rules))?.file ?? null,
    read: (listing) => readAll(listing, rules),
    parse: parseName,
    owns: (name, base) => base === `${name}.sql`,
    first: { prefix: '', separator: '_' },
    scaffold: (name) => [{ path: `${name}.sql`, text: `${rules.up}\n\n${rules.down}\n` }],
  };
}

export function isMarked({ head }: Sample, { pattern, read }: SectionRules): boolean {
  return [...head.matchAll(pattern)].some(([line]) => read(line)?.direction);
}

function readAll({ files }: Listing, rules: SectionRules): Reading {
  const migrations: Migration[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    if (rules.leaves?.test(file.base)) continue;
    const found = isSingle(file) ? readSections(file, rules) : stray(file);
    if ('hint' in found) problems.push(found);
    else migrations.push(found);
  }
  return { migrations, problems };
}

function stray(file: FolderFile): Problem {
  return file.base.endsWith('.sql') && !pairedSql.test(file.base)
    ? withoutNumber(file)
    : neither(file);
}

interface Section extends Mark {
  readonly start: number;
  readonly end: number;
}

/** The file as its marks divide it. */
interface Divided {
  readonly file: FolderFile;
  readonly size: number;
  readonly marks: readonly Mark[];
  readonly sections: readonly Section[];
}

function readSections(file: FolderFile, rules: SectionRules): Migration | Problem {
  const divided = divide(file, rules);
  const problem = wrong(divided, rules);
  if (problem) return problem;
  const up = sourceOf(divided, 'up');
  const name = file.base.slice(0, -'.sql'.length);
  const numbered = parseName(name);
  if (!up || !numbered) return withoutNumber(file);
  return { name, version: numbered.version, up, down: sourceOf(divided, 'down') };
}

function divide(file: FolderFile, { pattern, read }: SectionRules): Divided {
  const { size, lines } = scanFile(file, pattern);
  const marks = lines.flatMap(({ offset, text }) => {
    const mark = read(text);
    return mark ? [{ ...mark, offset }] : [];
  });
  const bounds = marks.filter(({ direction }) => direction !== null);
  const sections = bounds.map(({ offset, ...mark }, index) => ({
    ...mark,
    start: offset,
    end: bounds[index + 1]?.offset ?? size,
  }));
  return { file, size, marks, sections };
}

function sourceOf(divided: Divided, direction: 'up' | 'down'): Source | null {
  const { file, marks, sections } = divided;
  const section = sections.find((candidate) => candidate.direction === direction);
  if (!section) return null;
  const speaking = [...marks.filter((mark) => mark.direction === null), section];
  const options = speaking.reduce((sum, mark) => ({ ...sum, ...mark.options }), {});
  return { file: file.shown, kind: 'sql', options, read: () => readSection(divided, section) };
}

function wrong({ file, marks, sections }: Divided, { up, down }: SectionRules): Problem | null {
  const problem = (what: string, hint: string): Problem => ({ file: file.shown, what, hint });
  const refused = marks.find(({ refusal }) => refusal !== undefined);
  if (refused?.refusal) return problem(refused.refusal, 'Change the file, or go on with its tool.');
  const [ups, downs] = (['up', 'down'] as const).map(
    (wanted) => sections.filter(({ direction }) => direction === wanted).length,
  ) as [number, number];
  if (ups === 0)
    return problem(
      `has no line "${up}"${isUtf16(file) ? ': it is written in UTF-16' : ''}`,
      'Put it above the SQL that goes up; save the file as UTF-8.',
    );
  if (ups > 1 || downs > 1)
    return problem(`has "${ups > 1 ? up : down}" more than once`, 'Make a migration of each.');
  const header = sections[0]?.start ?? 0;
  if (header > 0 && !isComment(headOf(file, header)))
    return problem('has SQL above its first mark', `Move it below "${up}".`);
  return null;
}

function isUtf16(file: FolderFile): boolean {
  return /^(\xff\xfe|\xfe\xff)/.test(headOf(file, 2));
}

/** Nothing but comments and white space? Takes Latin-1 text, with or without a BOM. */
export function isComment(text: string): boolean {
  return text.replace(/^\xef\xbb\xbf|--[^\n]*|\/\*[^]*?\*\//g, '').trim() === '';
}

/** The file's bytes with all blanked out but one section and the comments above the first. */
function readSection({ file, size, sections }: Divided, { start, end }: Section): Buffer {
  const bytes = readBytes(file);
  if (bytes.length !== size)
    throw new JemError('migration-unreadable', `${file.shown} changed while it was read`, {
      hint: 'Try again when nothing writes to it any more.',
    });
  blank(bytes, sections[0]?.start ?? 0, start);
  blank(bytes, end, size);
  return bytes;
}

function blank(bytes: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at++) if (bytes[at] !== 0x0a && bytes[at] !== 0x0d) bytes[at] = 0x20;
}
