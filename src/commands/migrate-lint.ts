import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Session } from '../engines/engine.ts';
import { Interrupted, JemError } from '../errors.ts';
import type { LintResult, LintWish } from '../migrate/lint.ts';
import type { StatementEvidence } from '../migrate/lint/evidence.ts';
import { type Level, levels } from '../migrate/lint/finding.ts';
import { githubAnnotations } from '../output/annotations.ts';
import type { Paint } from '../output/paint.ts';
import { sarifLog } from '../output/sarif.ts';
import { engineNamed } from '../target.ts';
import { version } from '../version.ts';
import { command, type Input } from './command.ts';
import { type Context, directTargetOf, engineInUse, openSession } from './context.ts';
import { type ListedRule, lintText, rulesText } from './lint-text.ts';
import { migrateSettings, migrateSetup } from './migrate-setup.ts';
import { scratchSettings, scratchWish } from './scratch-wish.ts';

/** How the result is to be written: kept beside it, for it is no part of the JSON document. */
const style = Symbol('style');

interface Style {
  readonly format: Format;
  /** Annotations besides the text. */
  readonly annotate: boolean;
  readonly everyRule: readonly ListedRule[];
  /** The path of a file from the root of the repository. */
  readonly fromRoot: (file: string) => string;
}

type Rules = readonly Pick<
  ListedRule,
  'id' | 'level' | 'lock' | 'title' | 'why' | 'optIn' | 'engines'
>[];
type Result = LintResult & { readonly rules?: Rules; readonly [style]: Style };

export const migrateLint = command<Result>({
  name: 'migrate lint',
  summary: 'dangers in what is pending: locks, rewrites, lost data',
  description:
    'Reads the files, and runs nothing unless it is to observe. Where the database can be read, only what is\npending; else all. A comment accepts a danger, at the top of a file or above a\nstatement:\n\n  -- jem-db: allow drop-column because nothing reads it since 2.3',
  argument: { name: 'file', help: 'one migration: its name, number or path', required: false },
  options: [
    { flags: '--all', help: 'what is applied too' },
    { flags: '--since <name>', help: 'what comes behind this migration' },
    { flags: '--format <format>', help: 'text, json, sarif or github (default: text)' },
    { flags: '--fail-on <level>', help: 'exit 1 from error, warning or note (default: warning)' },
    { flags: '--rule <ids>', help: 'these rules alone, with commas between them; or all' },
    { flags: '--skip <ids>', help: 'not these rules' },
    { flags: '--observe', help: 'run it in a scratch database to confirm or refute' },
    { flags: '--rules', help: 'list the rules' },
  ],
  settings: [...migrateSettings, ...scratchSettings],
  examples: [
    ['jem-db migrate lint', 'what is pending'],
    ['jem-db migrate lint --all --fail-on error', 'every file; exit 1 for errors alone'],
    ['jem-db migrate lint --format sarif > lint.sarif', 'for code scanning'],
  ],
  engine: async (input, context) => (input.flag('observe') ? engineInUse(context) : null),
  async run(input, context) {
    const { asksForPending, lintMigrations, lintRules } = await import('../migrate/lint.ts');
    const format = formatOf(input);
    levelOf(input);
    const { env, cwd } = context.environment;
    const everyRule = await lintRules();
    const shown: Style = {
      format,
      annotate: input.text('format') === undefined && env['GITHUB_ACTIONS'] === 'true',
      everyRule,
      fromRoot: (file) => relative(env['GITHUB_WORKSPACE'] || cwd, resolve(cwd, file)),
    };
    if (input.flag('rules'))
      return { findings: [], files: 0, accepted: [], rules: everyRule.map(listed), [style]: shown };
    const wish = wishOf(input);
    await using place = await placeOf(context, asksForPending(wish));
    const setup = migrateSetup(context);
    const evidence = input.flag('observe') ? await observed(place, wish, context) : [];
    return {
      ...(await lintMigrations({ ...place, setup }, { ...wish, evidence })),
      [style]: shown,
    };
  },
  finding: ({ findings }, input) =>
    findings.some(({ level }) => weight(level) >= weight(levelOf(input))),
  render(result, paint) {
    return writers[result[style].format](result, paint);
  },
});

/** What a run of the files in a scratch database shows. */
async function observed(
  { session, engine }: Place,
  wish: LintWish,
  context: Context,
): Promise<readonly StatementEvidence[]> {
  if (engine === null)
    throw new JemError('usage', '--observe needs to know the database', {
      hint: 'Name it with -d; it is only asked what server it is and what is applied.',
    });
  const { appliedNames, asksForPending } = await import('../migrate/lint.ts');
  const { observeMigrations } = await import('../migrate/lint-observe.ts');
  const setup = migrateSetup(context);
  const applied = asksForPending(wish) ? await appliedNames({ session, setup }) : null;
  const scratch = await scratchWish(context);
  const bench = { engine: await engineNamed(engine), like: session, setup, wish: scratch };
  return observeMigrations(bench, { ...wish, applied });
}

function listed({ id, level, lock, title, why, optIn, engines }: ListedRule): Rules[number] {
  return { id, level, lock, title, why, optIn, engines };
}

function wishOf(input: Input): LintWish {
  const list = (option: string): string[] =>
    (input.text(option) ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '');
  return {
    file: input.argument,
    all: input.flag('all'),
    since: input.text('since'),
    only: list('rule'),
    skip: list('skip'),
  };
}

interface Place extends AsyncDisposable {
  readonly session: Session | null;
  readonly engine: string | null;
}

const nobody = (engine: string | null): Place => ({
  session: null,
  engine,
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

/** The database if there is one to be read, else its engine, else nothing; tells which. */
async function placeOf(context: Context, asks: boolean): Promise<Place> {
  const { settings, environment, report } = context;
  const { database, databaseFile } = settings.raw;
  const named = [database, databaseFile, settings.directUrl].some(({ value }) => value !== null);
  if (!named && !existsSync(resolve(environment.cwd, 'jem.db'))) {
    report.note('No database named: every migration is looked through (-d names one)');
    return nobody(null);
  }
  const target = await directTargetOf(context);
  if (!asks) return nobody(target.engine);
  try {
    const session = await openSession(context, target, 'read');
    return {
      session,
      engine: target.engine,
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (!(error instanceof JemError) || error instanceof Interrupted) throw error;
    report.note(
      `${target.display} cannot be read (${error.message}): every migration is looked through`,
    );
    return nobody(target.engine);
  }
}

const formats = ['text', 'json', 'sarif', 'github'] as const;
type Format = (typeof formats)[number];

function formatOf(input: Input): Format {
  const format = oneOf(formats, input.text('format') ?? 'text', '--format');
  if (format === 'text' || format === 'json' || !input.flag('json')) return format;
  throw new JemError('usage', `--json and --format ${format} exclude each other`, {
    hint: 'Give one of them.',
  });
}

const weight = (level: Level): number => levels.indexOf(level);

function levelOf(input: Input): Level {
  return oneOf(levels, input.text('failOn') ?? 'warning', '--fail-on');
}

function oneOf<T extends string>(known: readonly T[], text: string, option: string): T {
  const found = known.find((each) => each === text);
  if (found !== undefined) return found;
  throw new JemError('usage', `${option} takes ${known.join(', ')}, not "${text}"`);
}

const writers: Readonly<Record<Format, (result: Result, paint: Paint) => string>> = {
  text(result, paint) {
    const { annotate } = result[style];
    if (result.rules) return rulesText(result[style].everyRule);
    return lintText(result, paint) + (annotate ? annotations(result) : '');
  },
  json: (result) => `${JSON.stringify(result, null, 2)}\n`,
  sarif: (result) => `${JSON.stringify(sarif(result), null, 2)}\n`,
  github: (result) => annotations(result),
};

function annotations(result: Result): string {
  return githubAnnotations(fromRoot(result, result.findings));
}

function sarif(result: Result): object {
  const { findings, accepted } = result;
  const placed = {
    findings: fromRoot(result, findings),
    accepted: fromRoot(result, accepted),
  };
  return sarifLog(result[style].everyRule, placed, version);
}

function fromRoot<T extends { readonly file: string }>(result: Result, list: readonly T[]): T[] {
  return list.map((each) => ({ ...each, file: result[style].fromRoot(each.file) }));
}
