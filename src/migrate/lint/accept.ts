import type { Allowance } from './allow.ts';
import { fileRules } from './file-rules.ts';
import type { Judgement } from './finding.ts';

/** A judgement with the reason it was accepted for; null: it was not. */
export interface Weighed {
  readonly judgement: Judgement;
  readonly because: string | null;
}

/** Applies what comments accept; those that nothing needs become judgements themselves. */
export function accept(
  judgements: readonly Judgement[],
  allowances: readonly Allowance[],
  asked: ReadonlySet<string>,
): Weighed[] {
  const used = new Set<Allowance>();
  const weighed = judgements.map((judgement): Weighed => {
    const fitting = allowances.filter((allowance) => covers(allowance, judgement));
    for (const allowance of fitting) used.add(allowance);
    return { judgement, because: fitting[0]?.because ?? null };
  });
  const unused = allowances
    .filter((allowance) => !used.has(allowance) && asked.has(allowance.rule))
    .map((allowance): Weighed => ({ judgement: needless(allowance), because: null }));
  return [...weighed, ...unused];
}

function covers({ rule, statement }: Allowance, judgement: Judgement): boolean {
  if (rule !== judgement.rule.id) return false;
  if (statement === null) return true;
  return judgement.at >= statement.start && judgement.at <= statement.end;
}

function needless({ rule, at, statement }: Allowance): Judgement {
  const where = statement === null ? 'in this file' : 'in the statement below it';
  const hit = {
    what: `allow ${rule}: nothing ${where} needs it`,
    hint: 'Take the comment out.',
    relation: null,
  };
  return { rule: fileRules.unusedAllow, hit, at, statement: null };
}
