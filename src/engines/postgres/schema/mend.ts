import { keyOf, type Mend, type Schema, type SchemaDifference } from '../../schema.ts';
import type { MendContext } from './kind.ts';
import { creationOrder, neededFor } from './order.ts';
import { indexed, type Parts } from './parts.ts';
import { type Action, changeOf, kindOf, type Plan, planFor } from './plan.ts';
import { afterRenames } from './renames.ts';

/** Statements of one action that run together. */
interface Step {
  readonly action: Action;
  readonly phase: 'loosen' | 'drop' | 'prepare' | 'make' | 'finish';
  readonly statements: readonly string[];
}

/**
 * Statements that lead from the actual schema to the expected one: first what must go is dropped,
 * dependents before what they depend on; then everything is changed or made, the other way round.
 * A difference may come up several times.
 */
export function mendPostgres(
  expectedSchema: Schema,
  actualSchema: Schema,
  differences: readonly SchemaDifference[],
): readonly Mend[] {
  const expected = indexed(expectedSchema.objects);
  const major = Number.parseInt(actualSchema.serverVersion, 10);
  // What is made is not known while it is decided what is to be made.
  const lookupIn = (actual: Parts): MendContext => contextOf(expected, actual, major, new Map());
  const before = lookupIn(indexed(actualSchema.objects));
  const renamed = afterRenames(
    actualSchema,
    differences,
    (change) => kindOf(change.expected).alter(change, before) !== null,
  );
  const actual = indexed(renamed.actual.objects);
  const mends = mendsFor(renamed.differences, expected, actual, lookupIn(actual));
  return [
    ...renamed.mends,
    ...mends.map((mend) => ({ ...mend, difference: renamed.origin(mend.difference) })),
  ];
}

function mendsFor(
  differences: readonly SchemaDifference[],
  expected: Parts,
  actual: Parts,
  lookup: MendContext,
): readonly Mend[] {
  const plan = planFor(differences, expected, actual, lookup);
  const context = contextOf(expected, actual, lookup.major, plan);
  const steps = ordered(plan, expected, actual, context);
  const told = new Set<SchemaDifference>();
  const mends = steps
    .filter(({ statements }) => statements.length > 0)
    .map(({ action: { difference }, statements }): Mend => {
      const note = told.has(difference) ? null : noteOn(difference, context);
      told.add(difference);
      return { difference, statements, note };
    });
  const silent = differences
    .filter((difference) => !told.has(difference))
    .map((difference): Mend => {
      return { difference, statements: [], note: noteOn(difference, context) };
    });
  return [...mends, ...silent];
}

/** The steps in an order in which they can run. */
function ordered(plan: Plan, expected: Parts, actual: Parts, context: MendContext): Step[] {
  const steps = { drop: new Map<string, Step>(), make: new Map<string, Step>() };
  const [preparing, finishing] = [new Map<string, Step>(), new Map<string, Step>()];
  const loosening = [...plan.values()].flatMap((action): Step[] => {
    const change = action.how === 'alter' ? changeOf(action.difference) : null;
    const statements = change ? kindOf(change.actual).loosen?.(change) : undefined;
    return statements ? [{ action, phase: 'loosen', statements }] : [];
  });
  for (const [key, action] of plan) {
    const drop = dropStatements(action, plan, actual, context);
    if (drop) steps.drop.set(key, { action, phase: 'drop', statements: drop });
    if (action.how === 'drop') continue;
    steps.make.set(key, { action, phase: 'make', statements: makeStatements(action, context) });
    const prepare = action.how === 'alter' ? undefined : kindOf(action.expected).prepare;
    if (prepare)
      preparing.set(key, { action, phase: 'prepare', statements: prepare(action.expected) });
    const statements = finishStatements(action, context);
    finishing.set(key, { action, phase: 'finish', statements });
  }
  const inOrder = (parts: Parts, of: ReadonlyMap<string, Step>): Step[] =>
    creationOrder([...parts.byKey.values()], parts).flatMap((one) => of.get(keyOf(one)) ?? []);
  const done = new Set<Step>();
  const result: Step[] = [];
  const visit = (step: Step): void => {
    if (done.has(step)) return;
    done.add(step);
    for (const before of neededBy(step)) visit(before);
    result.push(step);
  };
  const neededBy = ({ action, phase }: Step): Step[] => {
    const { expected: wanted, actual: there } = action;
    if (phase === 'drop' && there) return releasing(keyOf(there), steps, actual);
    const first = there ? steps.drop.get(keyOf(there)) : undefined;
    if (phase === 'prepare') return first ? [first] : [];
    if (phase !== 'make' || !wanted) return [];
    const room = action.how === 'alter' ? displaced(keyOf(wanted), steps.drop, actual) : [];
    const own = keyOf(wanted);
    const named = preparing.get(own);
    const needed = neededFor(wanted, expected).flatMap((one): Step[] => {
      const name = preparing.get(keyOf(one));
      // What is needed in turn needs no more than the name.
      const make = name && one.dependsOn.includes(own) ? undefined : steps.make.get(keyOf(one));
      return [...(name ? [name] : []), ...(make ? [make] : [])];
    });
    return [...(first ? [first] : []), ...(named ? [named] : []), ...room, ...needed];
  };
  for (const step of inOrder(actual, steps.drop).toReversed()) visit(step);
  for (const step of inOrder(expected, steps.make)) visit(step);
  return [...loosening, ...result, ...inOrder(expected, finishing)];
}

interface Steps {
  readonly drop: ReadonlyMap<string, Step>;
  readonly make: ReadonlyMap<string, Step>;
}

/** What lets go of an object that is to be dropped: the drop, or the change, of what needs it. */
function releasing(key: string, { drop, make }: Steps, actual: Parts): Step[] {
  return actual.dependentsOf(key).flatMap((dependent) => {
    const own = keyOf(dependent);
    const whole = actual.wholeOf(dependent);
    const dropped = drop.get(own);
    const step = dropped ?? (make.get(own)?.action.how === 'alter' ? make.get(own) : undefined);
    // A part without a statement of its own goes with its whole.
    const wholes = whole && keyOf(whole) !== key ? drop.get(keyOf(whole)) : undefined;
    const isSilent = dropped?.statements.length === 0;
    return [...(step ? [step] : []), ...(isSilent && wholes ? [wholes] : [])];
  });
}

function displaced(key: string, drops: ReadonlyMap<string, Step>, actual: Parts): Step[] {
  return actual.dependentsOf(key).flatMap((dependent) => drops.get(keyOf(dependent)) ?? []);
}

function dropStatements(
  { how, actual: object }: Action,
  plan: Plan,
  actual: Parts,
  context: MendContext,
): readonly string[] | null {
  if (how === 'make' || how === 'alter' || !object) return null;
  const whole = actual.wholeOf(object);
  const wholesHow = whole && plan.get(keyOf(whole))?.how;
  const kind = kindOf(object);
  const goesWithWhole = wholesHow === 'drop' || wholesHow === 'remake';
  return goesWithWhole && !kind.dropsFirst?.(object) ? [] : kind.drop(object, context);
}

function makeStatements(action: Action, context: MendContext): readonly string[] {
  if (action.how === 'drop') return [];
  const kind = kindOf(action.expected);
  const change = action.how === 'alter' ? changeOf(action.difference) : null;
  return change ? (kind.alter(change, context) ?? []) : kind.create(action.expected, context);
}

function finishStatements(action: Action, context: MendContext): readonly string[] {
  if (action.how === 'drop') return [];
  const kind = kindOf(action.expected);
  const change = action.how === 'alter' ? changeOf(action.difference) : null;
  return (change ? kind.tighten?.(change, context) : kind.finish?.(action.expected, context)) ?? [];
}

function noteOn(difference: SchemaDifference, context: MendContext): string | null {
  const change = changeOf(difference);
  if (change) return kindOf(change.expected).note?.(change) ?? null;
  const { expected, actual } = difference;
  if (expected) return kindOf(expected).createNote?.(expected, context) ?? null;
  return actual ? (kindOf(actual).dropNote?.(actual) ?? null) : null;
}

function contextOf(expected: Parts, actual: Parts, major: number, plan: Plan): MendContext {
  const isMade = (key: string): boolean => ['make', 'remake'].includes(plan.get(key)?.how ?? '');
  return {
    major,
    partsOf: expected.partsOf,
    find: expected.find,
    actual,
    isMade: (object) => isMade(keyOf(object)),
    isWholeMade: (part) => {
      const whole = expected.wholeOf(part);
      return whole !== undefined && isMade(keyOf(whole));
    },
  };
}
