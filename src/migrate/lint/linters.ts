import type { Engine } from '../../engines/engine.ts';
import { registry } from '../../engines/registry.ts';
import { JemError } from '../../errors.ts';
import { fileRules } from './file-rules.ts';
import type { RuleFacts } from './finding.ts';
import type { Judge } from './judge.ts';

/** The rules for one engine, and what judges by them. */
export interface Linter {
  readonly engine: Engine;
  /** Those of every engine among them. */
  readonly rules: readonly RuleFacts[];
  open(): Promise<Judge>;
}

/** The linter for an engine of that name. */
export async function linterFor(name: string): Promise<Linter> {
  const line = registry.find(({ schemes }) => schemes.includes(name));
  if (!line) throw new JemError('internal', `No engine is called ${name}`);
  const engine = await line.load();
  const shared = Object.values(fileRules);
  // Where tables are locked one by one, what a statement locks is told by its grammar.
  if (engine.supports.tableLocks) {
    const { parsedRules } = await import('./parsed/rules.ts');
    const open = async (): Promise<Judge> => (await import('./parsed/judge.ts')).parsedJudge();
    return { engine, rules: [...parsedRules, ...shared], open };
  }
  const { toldRules } = await import('./tokens/rules.ts');
  const open = async (): Promise<Judge> =>
    (await import('./tokens/judge.ts')).toldJudge(engine.dialect);
  return { engine, rules: [...toldRules, ...shared], open };
}

/** Every engine's linter, in the order of the registry. */
export function allLinters(): Promise<readonly Linter[]> {
  return Promise.all(registry.map(({ schemes }) => linterFor(schemes[0] ?? '')));
}
