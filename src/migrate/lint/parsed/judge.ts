import type { Node } from 'libpg-query';
import type { Statement } from '../../../sql/statements.ts';
import { runsAs } from '../cut.ts';
import { fileRules } from '../file-rules.ts';
import type { Judgement } from '../finding.ts';
import type { FileText, Judge } from '../judge.ts';
import type { Around, ParsedStatement } from './around.ts';
import { type Grammar, isUnreadable, loadGrammar } from './grammar.ts';
import { learn } from './learn.ts';
import { emptyModel } from './model.ts';
import { parsedRules } from './rules.ts';
import { as } from './tree.ts';

/** Judges one file after another, by PostgreSQL's own grammar and what the files so far made. */
export async function parsedJudge(): Promise<Judge> {
  const grammar = await loadGrammar();
  const model = emptyModel();
  let fileNumber = 0;
  return (text, rules) => {
    const asked = parsedRules.filter(({ id }) => rules.has(id));
    const { statements, problems } = parsed(text, grammar);
    fileNumber++;
    model.utc = false;
    const found = statements.flatMap((statement, index) => {
      const around: Around = {
        node: statement.node,
        statement,
        file: statements,
        index,
        fileNumber,
        oneTransaction: text.oneTransaction,
        model,
      };
      const judgements = (isHarmless(statement.node) ? [] : asked).flatMap((rule) =>
        rule.check(around).map((hit): Judgement => {
          const at = statement.start + (statement.placed ? (hit.at ?? 0) : 0);
          return { rule, hit, at, statement: statement.number };
        }),
      );
      learn(model, statement.node, fileNumber);
      return judgements;
    });
    return [...problems, ...found];
  };
}

/** Of kinds that no rule looks at, and that come by the thousand. */
function isHarmless(node: Node): boolean {
  return 'InsertStmt' in node || 'CommentStmt' in node || 'GrantStmt' in node;
}

interface Parsed {
  readonly statements: readonly ParsedStatement[];
  readonly problems: readonly Judgement[];
}

function parsed({ bytes, statements }: FileText, grammar: Grammar): Parsed {
  const numbers = runsAs(statements);
  const problems: Judgement[] = [];
  const read = statements.flatMap((statement, index): ParsedStatement[] => {
    const number = numbers[index] ?? null;
    const sql = textOf(bytes, statement);
    const tree = grammar.parse(sql);
    if (isUnreadable(tree)) {
      problems.push(unreadable(tree.message, statement.start + tree.at, number));
      return [];
    }
    const place = { start: statement.start, number };
    const inner = as(tree, 'DoStmt') ? grammar.parseBody(sql) : [];
    return [tree, ...inner].map((node: Node, nth) => ({ ...place, node, placed: nth === 0 }));
  });
  return { statements: read, problems };
}

function textOf(bytes: Uint8Array, { start, end }: Statement): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', start, end);
}

function unreadable(message: string, at: number, statement: number | null): Judgement {
  const hit = {
    what: `PostgreSQL’s grammar does not take it: ${message}`,
    hint: 'Mend the statement; if a tool fills in templates, lint what it makes of them.',
    relation: null,
  };
  return { rule: fileRules.unreadable, hit, at, statement };
}
