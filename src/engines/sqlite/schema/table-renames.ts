import type { SchemaDifference } from '../../schema.ts';
import { folded, identifier } from './keywords.ts';
import type { Work } from './work.ts';

/**
 * Tables whose names differ in case alone. To SQLite they are one, so that neither could be
 * created beside the other; whatever else differs in them shows once they are renamed.
 */
export function tableRenames(differences: readonly SchemaDifference[]): {
  readonly works: readonly Work[];
  readonly left: readonly SchemaDifference[];
} {
  const [missing, unexpected] = (['missing', 'unexpected'] as const).map((change) =>
    differences.filter((each) => each.change === change && objectOf(each)?.type === 'table'),
  );
  const covered = new Set<SchemaDifference>();
  const works = (missing ?? []).flatMap((difference): Work[] => {
    const to = objectOf(difference)?.name ?? '';
    const from = (unexpected ?? [])
      .map((each) => objectOf(each)?.name ?? '')
      .find((name) => folded(name) === folded(to));
    if (from === undefined) return [];
    const parts = differences.filter((each) => each !== difference && isOf(each, from, to));
    const covers = [difference, ...parts];
    for (const each of covers) covered.add(each);
    const meanwhile = identifier(`${to}_`);
    return [
      {
        stage: 'rename',
        statements: [
          `ALTER TABLE ${identifier(from)} RENAME TO ${meanwhile}`,
          `ALTER TABLE ${meanwhile} RENAME TO ${identifier(to)}`,
        ],
        note: 'The names differ in case alone. Compare again behind this: more may differ in the table',
        covers,
      },
    ];
  });
  return { works, left: differences.filter((each) => !covered.has(each)) };
}

function objectOf({ expected, actual }: SchemaDifference): SchemaDifference['actual'] {
  return expected ?? actual;
}

function isOf(difference: SchemaDifference, ...tables: readonly string[]): boolean {
  const object = objectOf(difference);
  return tables.includes(object?.table ?? object?.name ?? '');
}
