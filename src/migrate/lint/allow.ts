import { didYouMean } from '../../near-miss.ts';
import { code } from '../../sql/characters.ts';
import { textStart } from '../../sql/encoding.ts';
import type { LineComment } from '../../sql/leading-comments.ts';
import { commentOptions } from '../../sql/options.ts';
import type { Dialect, Statement } from '../../sql/statements.ts';
import { commentsBetween, commentsWithin } from './comments.ts';
import { fileRules } from './file-rules.ts';
import type { Judgement } from './finding.ts';

/** A rule that a comment accepts. */
export interface Allowance {
  readonly rule: string;
  readonly because: string;
  /** Byte offset of the comment's option. */
  readonly at: number;
  /** The statement it stands above; null: the whole file. */
  readonly statement: Statement | null;
}

export interface Allowances {
  readonly allowances: readonly Allowance[];
  /** Comments that accept nothing. */
  readonly problems: readonly Judgement[];
}

/** Where a comment stands: at the top, above a statement, or where it means nothing. */
type Standing = Statement | 'top' | 'nowhere';

/**
 * Reads the `-- jem-db: allow RULE because …` comments of a file: at its top for all of it, in the
 * lines above a statement for that one.
 */
export function readAllowances(
  bytes: Uint8Array,
  statements: readonly Statement[],
  { dialect, known }: { readonly dialect: Dialect; readonly known: ReadonlySet<string> },
): Allowances {
  const allowances: Allowance[] = [];
  const problems: Judgement[] = [];
  for (const { comment, standing } of standingComments(bytes, statements, dialect))
    for (const { name, value, at } of commentOptions(comment.text)) {
      if (name !== 'allow') continue;
      const read = readAllow(value, known);
      const wrong = standing === 'nowhere' ? misplaced : 'what' in read ? read : null;
      if (wrong) problems.push(bad(wrong, comment.start + at));
      if (wrong || 'what' in read) continue;
      const statement = standing === 'top' || standing === 'nowhere' ? null : standing;
      for (const rule of read.rules)
        allowances.push({ rule, because: read.because, at: comment.start + at, statement });
    }
  return { allowances, problems };
}

interface Wrong {
  readonly what: string;
  readonly hint: string;
}

const misplaced: Wrong = {
  what: 'this allow stands neither at the top of the file nor above a statement',
  hint: 'Put it into a line of its own directly above the statement that it is about.',
};

const form = 'Write -- jem-db: allow RULE because REASON';

function readAllow(
  value: string,
  known: ReadonlySet<string>,
): Wrong | { readonly rules: readonly string[]; readonly because: string } {
  const [, named = '', because] = /^(.*?)(?:\bbecause\s+(\S.*))?$/i.exec(value) ?? [];
  const rules = named.split(/\s+/).filter(Boolean);
  const unknown = rules.find((rule) => !known.has(rule));
  if (rules.length === 0) return { what: 'allow names no rule', hint: `${form}.` };
  if (because === undefined)
    return {
      what: `allow ${rules.join(' ')} gives no reason`,
      hint: `${form}: who reads it next wants to know.`,
    };
  if (unknown === undefined) return { rules, because };
  const hint = `\`jem-db migrate lint --rules\` lists them.${didYouMean(unknown, known)}`;
  return { what: `allow: there is no rule ${unknown}`, hint };
}

function bad(wrong: Wrong, at: number): Judgement {
  return { rule: fileRules.badAllow, hit: { ...wrong, relation: null }, at, statement: null };
}

function* standingComments(
  bytes: Uint8Array,
  statements: readonly Statement[],
  dialect: Dialect,
): Generator<{ readonly comment: LineComment; readonly standing: Standing }> {
  if (!mentionsAllow(bytes)) return;
  let from = textStart(bytes);
  let first = true;
  for (const statement of statements) {
    for (const comment of commentsBetween(bytes, from, statement.start, dialect)) {
      const above = hasNewline(bytes, from, comment.start) ? statement : 'nowhere';
      yield { comment, standing: first ? 'top' : above };
    }
    for (const comment of commentsWithin(bytes, statement, dialect))
      yield { comment, standing: 'nowhere' };
    from = statement.end;
    first = false;
  }
  for (const comment of commentsBetween(bytes, from, bytes.length, dialect))
    yield { comment, standing: first ? 'top' : 'nowhere' };
}

function mentionsAllow(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return /jem-db\s*:.*allow/i.test(text.toString('latin1'));
}

function hasNewline(bytes: Uint8Array, from: number, to: number): boolean {
  const newline = bytes.indexOf(code.newline, from);
  return newline >= 0 && newline < to;
}
