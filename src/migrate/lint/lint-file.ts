import { JemError } from '../../errors.ts';
import { runsOutsideTransaction } from '../../sql/kinds.ts';
import { type FileOptions, readFileOptions } from '../../sql/options.ts';
import { locate } from '../../sql/position.ts';
import { ScriptProblem } from '../../sql/problem.ts';
import type { Dialect, Statement } from '../../sql/statements.ts';
import type { Source } from '../migration.ts';
import { accept } from './accept.ts';
import { readAllowances } from './allow.ts';
import { cut } from './cut.ts';
import { fileRules } from './file-rules.ts';
import type { Judged, Judgement } from './finding.ts';
import type { Judge } from './judge.ts';

/** What all files of one run share. */
export interface Desk {
  readonly dialect: Dialect;
  readonly judge: Judge;
  /** Ids of every rule that there is. */
  readonly known: ReadonlySet<string>;
  /** Ids of the rules that are asked for. */
  readonly asked: ReadonlySet<string>;
}

/** What was found in a file, with the reason where a comment accepts it. */
export interface FileFinding {
  readonly finding: Judged;
  readonly because: string | null;
}

/** Takes in what a file makes, without telling of it. */
export function passOver(source: Source, { dialect, judge }: Desk): void {
  if (source.kind === 'module') return;
  const bytes = source.read();
  judge({ bytes, statements: cut(bytes, dialect).statements, oneTransaction: false }, new Set());
}

/** Looks through one file. */
export function lintFile(source: Source, desk: Desk): FileFinding[] {
  const { dialect, judge, known, asked } = desk;
  const bytes = source.read();
  if (source.kind === 'module') return weighed(source, bytes, [moduleJudgement], [], asked);
  const { statements, problems } = cut(bytes, dialect);
  const { options, refusal } = optionsOf(source, bytes);
  const text = {
    bytes,
    statements,
    oneTransaction: isOneTransaction(options, statements, dialect),
  };
  const found = judge(text, asked);
  const allowed = readAllowances(bytes, statements, { dialect, known });
  const judgements = [...problems, ...found, ...allowed.problems];
  const refused = refusal ? [{ finding: refusal, because: null }] : [];
  return [...refused, ...weighed(source, bytes, judgements, allowed.allowances, asked)];
}

const moduleJudgement: Judgement = {
  rule: fileRules.module,
  hit: {
    what: 'this migration is a program',
    hint: '`jem-db migrate up --dry-run` runs it, tells what it does, and rolls it back.',
    relation: null,
  },
  at: 0,
  statement: null,
};

function weighed(
  { file }: Source,
  bytes: Uint8Array,
  judgements: readonly Judgement[],
  allowances: Parameters<typeof accept>[1],
  asked: ReadonlySet<string>,
): FileFinding[] {
  return accept(judgements, allowances, asked)
    .filter(({ judgement }) => asked.has(judgement.rule.id))
    .map(({ judgement, because }) => ({ finding: findingOf(judgement, bytes, file), because }));
}

function findingOf(
  { rule, hit, at, statement }: Judgement,
  bytes: Uint8Array,
  file: string,
): Judged {
  const { line, column } = locate(bytes, at, file);
  return {
    rule: rule.id,
    level: hit.level ?? rule.level,
    file,
    line,
    column,
    message: `${hit.what}: ${hit.why ?? rule.why}`,
    hint: hit.hint,
    lock: hit.lock === undefined ? rule.lock : hit.lock,
    confirmed: null,
    statement,
    relation: hit.relation,
    harm: hit.harm === undefined ? rule.harm : hit.harm,
  };
}

interface ReadOptions {
  readonly options: Pick<FileOptions, 'noTransaction'>;
  /** Why they could not be read. */
  readonly refusal: Judged | null;
}

/** Options that `migrate up` would refuse are told as a finding; `cut` tells of open comments. */
function optionsOf({ file, options: ofLayout }: Source, bytes: Uint8Array): ReadOptions {
  const none = { noTransaction: false };
  try {
    return { options: { ...readFileOptions(bytes, file), ...ofLayout }, refusal: null };
  } catch (error) {
    if (error instanceof ScriptProblem) return { options: none, refusal: null };
    if (!(error instanceof JemError) || error.code !== 'migration-unreadable') throw error;
    return { options: none, refusal: refused(error, file) };
  }
}

function refused({ message, details }: JemError, file: string): Judged {
  const { id, level } = fileRules.unreadable;
  const { line = 1, column = 1 } = details.location ?? {};
  return {
    rule: id,
    level,
    file,
    line,
    column,
    message,
    hint: details.hint ?? '',
    lock: null,
    confirmed: null,
    statement: null,
    relation: null,
    harm: null,
  };
}

/** A single statement that cannot be in a transaction is in none. */
function isOneTransaction(
  { noTransaction }: Pick<FileOptions, 'noTransaction'>,
  statements: readonly Statement[],
  dialect: Dialect,
): boolean {
  const [only, ...others] = statements;
  const alone = only !== undefined && others.length === 0;
  return !noTransaction && !(alone && runsOutsideTransaction(only.head, dialect));
}
