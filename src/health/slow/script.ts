import { JemError } from '../../errors.ts';
import { ScriptProblem } from '../../sql/problem.ts';
import { type Dialect, splitStatements } from '../../sql/statements.ts';

/** The statements of a script that was handed in. Throws `usage` where it cannot be cut, or is empty. */
export function statementsOf(script: Uint8Array, dialect: Dialect): string[] {
  const bytes = Buffer.from(script);
  try {
    const texts = [...splitStatements(script, dialect)].map(({ start, end }) =>
      bytes.toString('utf8', start, end),
    );
    if (texts.length > 0) return texts;
  } catch (error) {
    if (!(error instanceof ScriptProblem)) throw error;
    const line = bytes.toString('latin1', 0, error.offset).split('\n').length;
    throw new JemError('usage', `The statements cannot be read: line ${line}, ${error.message}`, {
      hint: 'Hand in SQL, its statements separated by semicolons.',
      cause: error,
    });
  }
  throw new JemError('usage', 'No statement was handed in', {
    hint: 'Hand in SQL, its statements separated by semicolons.',
  });
}
