import { parseDuration } from '../duration.ts';
import { JemError } from '../errors.ts';
import { didYouMean } from '../near-miss.ts';
import { leadingComments, type LineComment } from './leading-comments.ts';
import { locate } from './position.ts';

/** What the leading `-- jem-db:` comments of one migration file ask for. */
export interface FileOptions {
  readonly noTransaction: boolean;
  /** Milliseconds; null: the setting's. */
  readonly lockTimeout: number | null;
  /** Why there is no way down; null: there may be one. */
  readonly irreversible: string | null;
}

/**
 * Reads the `-- jem-db:` comments before the first statement. Throws `migration-unreadable`, with
 * the place, where an option is not known or its value cannot be meant, and `ScriptProblem`
 * where a comment is not closed.
 */
export function readFileOptions(bytes: Uint8Array, file: string): FileOptions {
  let options: FileOptions = { noTransaction: false, lockTimeout: null, irreversible: null };
  for (const comment of leadingComments(bytes)) {
    const refuse: Refuse = (title, at, hint) => {
      const location = locate(bytes, comment.start + at, file);
      throw new JemError('migration-unreadable', `${file}: ${title}`, { hint, location });
    };
    for (const option of optionsOf(comment, refuse)) {
      const read = known.get(option.name);
      if (read === undefined) refuse(...unknownOption(option));
      else options = { ...options, ...read(option, refuse) };
    }
  }
  return options;
}

/** `at`: bytes behind the start of the comment. */
type Refuse = (title: string, at: number, hint: string) => never;

export interface Option {
  readonly name: string;
  readonly value: string;
  /** Bytes behind the start of the comment. */
  readonly at: number;
}

const known = new Map<string, (option: Option, refuse: Refuse) => Partial<FileOptions>>([
  ['no-transaction', noTransaction],
  ['lock-timeout', lockTimeout],
  ['irreversible', irreversible],
  // Read by `migrate lint`.
  ['allow', () => ({})],
]);

function noTransaction({ value, at }: Option, refuse: Refuse): Partial<FileOptions> {
  if (value !== '')
    refuse(`no-transaction takes no value: ${value}`, at, 'Write -- jem-db: no-transaction');
  return { noTransaction: true };
}

function lockTimeout({ value, at }: Option, refuse: Refuse): Partial<FileOptions> {
  const ms = parseDuration(value);
  if (ms !== null) return { lockTimeout: ms };
  const title = value === '' ? 'lock-timeout without a time' : `lock-timeout ${value} is no time`;
  return refuse(title, at, 'Write a number and ms, s or min: -- jem-db: lock-timeout 5s');
}

function irreversible({ value, at }: Option, refuse: Refuse): Partial<FileOptions> {
  const [, reason] = /^because\s+(\S.*)$/i.exec(value) ?? [];
  if (reason !== undefined) return { irreversible: reason };
  return refuse(
    'irreversible without a reason',
    at,
    'Say why there is no way down: -- jem-db: irreversible because REASON',
  );
}

const names = (): string => [...known.keys()].join(', ');

function unknownOption({ name, at }: Option): [string, number, string] {
  const hint = `Known are ${names()}.${didYouMean(name, known.keys())}`;
  return [`unknown option ${name}`, at, hint];
}

/** The options in one `--` comment; none where it is not meant for jem-db. */
export function commentOptions(text: string): readonly Option[] {
  const found = marker.exec(text);
  return found ? splitOptions(text, found[0].length) : [];
}

const marker = /^--\s*jem-db\s*:/i;
/** A marker that somebody meant, or an option would be passed over in silence. */
const nearMarker = /^--\s*jem[-_ ]?db\s*:?\s*([a-z-]+)/i;

function optionsOf({ text }: LineComment, refuse: Refuse): Option[] {
  const found = marker.exec(text);
  if (found) {
    const options = splitOptions(text, found[0].length);
    if (options.length === 0) refuse('no option', 0, `Known are ${names()}.`);
    return options;
  }
  const [, first = ''] = nearMarker.exec(text) ?? [];
  if (known.has(first.toLowerCase()))
    refuse(`not read as an option: ${text}`, 0, `Write -- jem-db: ${first.toLowerCase()}`);
  return [];
}

/** Options stand between commas; a reason goes on to the end of the line. */
const oneOption = /\s*([^\s,]+)[^\S\n]*((?:because\s.*|[^,])*),?/giy;

function splitOptions(text: string, from: number): Option[] {
  const options: Option[] = [];
  oneOption.lastIndex = from;
  for (let match = oneOption.exec(text); match !== null; match = oneOption.exec(text)) {
    const [whole, name = '', value = ''] = match;
    const at = Buffer.byteLength(text.slice(0, match.index + whole.indexOf(name)));
    options.push({ name: name.toLowerCase(), value: value.trim(), at });
  }
  return options;
}
