import type { CreateFunctionStmt, IndexStmt, Node, VariableSetStmt } from 'libpg-query';
import { learnAlter } from './learn-alter.ts';
import { learnDrop, learnRename, learnSchema } from './learn-name.ts';
import { learnCreate, newTable } from './learn-table.ts';
import { keyOf, keyOfParts, keyOfRelation, type Model, type Volatility } from './model.ts';
import { allOf, as, type Kind, words } from './tree.ts';

type Lesson<K extends Kind> = (
  model: Model,
  node: NonNullable<ReturnType<typeof as<K>>>,
  file: number,
) => void;

function lesson<K extends Kind>(kind: K, take: Lesson<K>) {
  return (model: Model, node: Node, file: number): void => {
    const found = as(node, kind);
    if (found) take(model, found, file);
  };
}

const lessons = [
  lesson('CreateStmt', learnCreate),
  lesson('AlterTableStmt', learnAlter),
  lesson('RenameStmt', learnRename),
  lesson('AlterObjectSchemaStmt', learnSchema),
  lesson('DropStmt', learnDrop),
  lesson('IndexStmt', learnIndex),
  lesson('CreateFunctionStmt', learnFunction),
  lesson('VariableSetStmt', learnTimeZone),
  lesson('CreateTableAsStmt', (model, { into }, file) => {
    const temporary = into?.rel?.relpersistence === 't';
    model.tables.set(keyOfRelation(into?.rel), newTable(file, { temporary }));
  }),
  lesson('SelectStmt', (model, { intoClause }, file) => {
    if (intoClause) model.tables.set(keyOfRelation(intoClause.rel), newTable(file));
  }),
  lesson('CreateDomainStmt', (model, { domainname, constraints }, madeIn) => {
    const checks = allOf(constraints, 'Constraint').some(
      ({ contype }) => contype !== 'CONSTR_NULL' && contype !== 'CONSTR_DEFAULT',
    );
    model.domains.set(keyOfParts(words(domainname)), { madeIn, checks });
  }),
  lesson('AlterDomainStmt', (model, { typeName, def }) => {
    const key = keyOfParts(words(typeName));
    const known = model.domains.get(key);
    if (def && known) model.domains.set(key, { ...known, checks: true });
  }),
  lesson('CreateEnumStmt', (model, { typeName }, file) => {
    model.enums.set(keyOfParts(words(typeName)), file);
  }),
];

/** Takes in what one statement changes; unknown ones change nothing that rules need. */
export function learn(model: Model, node: Node, file: number): void {
  for (const take of lessons) take(model, node, file);
}

/** An index lies in the schema of its table. */
function learnIndex(model: Model, { idxname, relation }: IndexStmt): void {
  if (idxname !== undefined)
    model.indexes.set(keyOf(relation?.schemaname, idxname), keyOfRelation(relation));
}

const isVolatility = (word: string | undefined): word is Volatility =>
  word === 'immutable' || word === 'stable' || word === 'volatile';

function learnFunction(model: Model, { funcname, options }: CreateFunctionStmt): void {
  const said = allOf(options, 'DefElem').find(({ defname }) => defname === 'volatility');
  const word = as(said?.arg, 'String')?.sval;
  model.functions.set(words(funcname).at(-1) ?? '', isVolatility(word) ? word : 'volatile');
}

function learnTimeZone(model: Model, { name, args }: VariableSetStmt): void {
  if (name !== 'timezone') return;
  const [zone] = allOf(args, 'A_Const').map(({ sval }) => sval?.sval ?? '');
  model.utc = /^(utc|etc\/utc|gmt)$/i.test(zone ?? '');
}
