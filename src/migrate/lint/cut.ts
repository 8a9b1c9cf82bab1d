import { code } from '../../sql/characters.ts';
import { transactionControl } from '../../sql/kinds.ts';
import type { Cursor } from '../../sql/lexer.ts';
import { ScriptProblem } from '../../sql/problem.ts';
import { type Dialect, openScript, readStatement, type Statement } from '../../sql/statements.ts';
import { fileRules } from './file-rules.ts';
import type { Judgement } from './finding.ts';

/** A file cut into its statements, with what could not be cut. */
export interface Cut {
  readonly statements: readonly Statement[];
  readonly problems: readonly Judgement[];
}

/** Cuts a script as `splitStatements` does, and goes on behind what is no SQL. */
export function cut(bytes: Uint8Array, dialect: Dialect): Cut {
  const statements: Statement[] = [];
  const problems: Judgement[] = [];
  let cursor: Cursor | null = null;
  for (;;) {
    try {
      cursor ??= openScript(bytes, dialect);
      for (let next = readStatement(cursor); next; next = readStatement(cursor))
        statements.push(next);
      return { statements, problems };
    } catch (error) {
      if (!(error instanceof ScriptProblem)) throw error;
      problems.push(told(error));
      const behind = cursor && behindCommand(bytes, error);
      if (!cursor || behind === null) return { statements, problems };
      cursor.end = behind;
      cursor.escaped = false;
    }
  }
}

/** Statements as they are numbered where they run: jem-db takes BEGIN and COMMIT out. */
export function runsAs(statements: readonly Statement[]): readonly (number | null)[] {
  let next = 0;
  return statements.map(({ head }) => {
    const control = transactionControl(head);
    return control && control !== 'savepoint' ? null : next++;
  });
}

const troubles: Readonly<Record<ScriptProblem['kind'], string>> = {
  unterminated: 'without an end',
  'not-utf8': 'in a file that should be UTF-8 text',
  'null-byte': 'in a file that should be text',
  'meta-command': '',
  'copy-from-stdin': '',
};

function told({ kind, offset, found }: ScriptProblem): Judgement {
  const meta = kind === 'meta-command' || kind === 'copy-from-stdin';
  const hit = meta
    ? {
        what: `${found} is a command for a shell, not SQL`,
        hint: 'Write the SQL that it stands for: INSERT instead of COPY FROM STDIN, the other file’s text instead of \\i.',
        relation: null,
      }
    : {
        what: `${found} ${troubles[kind]}`,
        hint: 'Close it, or save the file as UTF-8 text; what stands behind it was not looked at.',
        relation: null,
      };
  const rule = meta ? fileRules.shellCommand : fileRules.unreadable;
  return { rule, hit, at: offset, statement: null };
}

/** Where the SQL goes on; null where that cannot be known. */
function behindCommand(bytes: Uint8Array, { kind, offset }: ScriptProblem): number | null {
  if (kind === 'meta-command') return lineEnd(bytes, offset);
  if (kind !== 'copy-from-stdin') return null;
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\n\\.', offset);
  return end < 0 ? null : end + 3;
}

function lineEnd(bytes: Uint8Array, at: number): number {
  const newline = bytes.indexOf(code.newline, at);
  return newline < 0 ? bytes.length : newline;
}
