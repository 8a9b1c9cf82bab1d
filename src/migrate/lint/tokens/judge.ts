import type { Dialect } from '../../../sql/statements.ts';
import { runsAs } from '../cut.ts';
import type { Judgement } from '../finding.ts';
import type { FileText, Judge } from '../judge.ts';
import { type Around, learn, type Model, type ToldStatement } from './around.ts';
import { toldRules } from './rules.ts';
import { tell } from './statement.ts';
import { wordsOf } from './words.ts';

/** Judges one file after another, by the tokens of its statements and what the files so far made. */
export function toldJudge(dialect: Dialect): Judge {
  const model: Model = { tables: new Map(), parts: new Map() };
  let fileNumber = 0;
  return (text, rules) => {
    const asked = toldRules.filter(({ id }) => rules.has(id));
    const file = toldStatements(text, dialect);
    const { oneTransaction } = text;
    fileNumber++;
    return file.flatMap(({ told, start, number }, index) => {
      const around: Around = { told, file, index, fileNumber, oneTransaction, model };
      const found = asked.flatMap((rule) =>
        rule
          .check(around)
          .map((hit): Judgement => ({ rule, hit, at: start + (hit.at ?? 0), statement: number })),
      );
      learn(model, told, fileNumber);
      return found;
    });
  };
}

function toldStatements({ bytes, statements }: FileText, dialect: Dialect): ToldStatement[] {
  const numbers = runsAs(statements);
  return statements.flatMap((statement, index) => {
    const told = tell(wordsOf(bytes, statement, dialect));
    return told ? [{ told, start: statement.start, number: numbers[index] ?? null }] : [];
  });
}
