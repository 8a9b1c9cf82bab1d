import type { Session } from '../engines/engine.ts';
import { readMigrationFolder } from './folder.ts';
import { choose, type FileWish } from './lint/choose.ts';
import { enginesOf } from './lint/engines.ts';
import { type StatementEvidence, withEvidence } from './lint/evidence.ts';
import type { Finding, Judged, RuleFacts } from './lint/finding.ts';
import { lintFile, passOver, type FileFinding } from './lint/lint-file.ts';
import { allLinters, linterFor } from './lint/linters.ts';
import { type RuleWish, selected } from './lint/selection.ts';
import type { MigrateSetup } from './setup.ts';

export interface LintWish extends FileWish, RuleWish {
  /** What a run of these files was seen to do. */
  readonly evidence?: readonly StatementEvidence[];
}

/** A finding that a comment accepts. */
export interface Accepted {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly because: string;
}

export interface LintResult {
  /** By file in the order they run, then by place. */
  readonly findings: readonly Finding[];
  /** How many were looked through. */
  readonly files: number;
  readonly accepted: readonly Accepted[];
}

/** Where migrations are looked through for: a database, an engine alone, or whatever they say. */
export interface LintPlace {
  readonly setup: Pick<
    MigrateSetup,
    'folder' | 'layout' | 'cwd' | 'ledgerTable' | 'signal' | 'onNote'
  >;
  /** To be asked what is applied; null: everything counts as pending. */
  readonly session: Session | null;
  /** Name of the engine; null: the files' names tell. */
  readonly engine: string | null;
}

/**
 * Looks migrations through for dangers, without running anything. Throws what reading the folder
 * throws, `migration-not-found`, and `usage` for unknown rules.
 */
export async function lintMigrations(place: LintPlace, wish: LintWish): Promise<LintResult> {
  const everyRule = (await allLinters()).flatMap(({ rules }) => rules);
  const asked = selected(everyRule, wish);
  const applied = asksForPending(wish) ? await appliedNames(place) : null;
  const { setup } = place;
  const engines = place.engine === null ? enginesOf(setup) : [place.engine];
  const found = new Map<string, FileFinding>();
  const files = new Set<string>();
  for (const name of engines) {
    const { engine, open } = await linterFor(name);
    const folder = readMigrationFolder({ ...setup, engine: engine.name });
    const desk = {
      dialect: engine.dialect,
      judge: await open(),
      asked,
      known: new Set(everyRule.map(({ id }) => id)),
    };
    for (const { source, lint } of choose(folder, wish, { applied, cwd: setup.cwd })) {
      if (lint) files.add(source.file);
      // A file for several engines says the same of each only once.
      if (lint) for (const each of inOrder(lintFile(source, desk))) found.set(keyOf(each), each);
      else passOver(source, desk);
    }
  }
  return weighed([...found.values()], files.size, wish.evidence ?? []);
}

/** Every rule of every engine, with the engine's name for the reader; shared ones have none. */
export async function lintRules(): Promise<
  readonly (RuleFacts & { readonly engines: string[] })[]
> {
  const linters = await allLinters();
  const ids = new Set(linters.flatMap(({ rules }) => rules.map(({ id }) => id)));
  return [...ids].flatMap((id) => {
    const having = linters.flatMap(({ rules, engine }) =>
      rules.filter((rule) => rule.id === id).map((rule) => ({ rule, title: engine.title })),
    );
    const [first] = having;
    return first ? [{ ...first.rule, engines: having.map(({ title }) => title) }] : [];
  });
}

/** Whether it depends on the database which files are looked through. */
export function asksForPending({ file, all, since }: FileWish): boolean {
  return file === undefined && since === undefined && !all;
}

/** Names of what is applied; null where there is no ledger, or no database. */
export async function appliedNames({
  session,
  setup,
}: Pick<LintPlace, 'session' | 'setup'>): Promise<ReadonlySet<string> | null> {
  const rows = (await session?.migrations(setup).read()) ?? null;
  if (session && rows === null)
    setup.onNote(`${session.display} has no ledger of migrations: all of them are looked through`);
  return rows && new Set(rows.filter((row) => row.statementsDone === null).map((row) => row.name));
}

function inOrder(findings: readonly FileFinding[]): readonly FileFinding[] {
  return findings.toSorted(
    ({ finding: a }, { finding: b }) => a.line - b.line || a.column - b.column,
  );
}

function keyOf({ finding: { rule, file, line, column, relation } }: FileFinding): string {
  return JSON.stringify([rule, file, line, column, relation]);
}

function weighed(
  found: readonly FileFinding[],
  files: number,
  evidence: readonly StatementEvidence[],
): LintResult {
  const open = found.flatMap(({ finding, because }) => (because === null ? [finding] : []));
  return {
    findings: withEvidence(open, evidence).map(shown),
    files,
    accepted: found.flatMap(({ finding: { rule, file, line }, because }) =>
      because === null ? [] : [{ rule, file, line, because }],
    ),
  };
}

/** Without what is of use for comparing it with a run alone. */
function shown({ statement: _s, relation: _r, harm: _h, ...finding }: Judged): Finding {
  return finding;
}
