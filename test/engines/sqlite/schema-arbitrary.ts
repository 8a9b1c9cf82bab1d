import fc from 'fast-check';

const name = fc.constantFrom('a', 'b', 'Key', 'order', 'x y', 'q"q', 'ä', 'desc', 'name', 'rowid2');
const type = fc.constantFrom(
  '',
  'TEXT',
  'INT',
  'INTEGER',
  'VARCHAR(10)',
  'DECIMAL(10, 2)',
  'Double Precision',
);
const literal = fc.constantFrom(
  '1',
  '-1.5',
  `'it''s'`,
  'NULL',
  'CURRENT_DATE',
  `(1 + 2)`,
  'TRUE',
  `x'0f'`,
  'word',
);
const conflict = fc.constantFrom('', '', ' ON CONFLICT IGNORE', ' ON CONFLICT REPLACE');
const order = fc.constantFrom('', ' DESC', ' COLLATE NOCASE', ' COLLATE rtrim DESC');
const action = fc.constantFrom(
  '',
  ' ON DELETE CASCADE',
  ' ON UPDATE SET NULL ON DELETE RESTRICT',
  ' DEFERRABLE INITIALLY DEFERRED',
  ' MATCH FULL',
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | ''> =>
  fc.oneof(fc.constant('' as const), value);

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const expression = (columns: readonly string[]): fc.Arbitrary<string> => {
  const column = fc.constantFrom(...columns).map(quoted);
  return fc.oneof(
    fc
      .tuple(column, fc.constantFrom('>', '<>', 'IS NOT', '||', '->>'), column)
      .map((parts) => parts.join(' ')),
    column.map((each) => `lower(${each}) IN ('a', 'B', - -1)`),
    column.map((each) => `CAST(${each} AS varchar(10)) NOT LIKE 'x%' ESCAPE '\\'`),
    column.map((each) => `CASE WHEN ${each} ISNULL THEN 1 ELSE length(${each}) END = -1`),
  );
};

const column = (own: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      type,
      maybe(conflict.map((clause) => ` NOT NULL${clause}`)),
      maybe(literal.map((value) => ` DEFAULT ${value}`)),
      maybe(fc.constantFrom(' COLLATE NOCASE', ' COLLATE binary')),
      maybe(conflict.map((clause) => ` CONSTRAINT "u n" UNIQUE${clause}`)),
      maybe(action.map((clause) => ` REFERENCES t1${clause}`)),
      maybe(fc.constant(` CHECK (${quoted(own)} <> '')`)),
    )
    .map((parts) => `${quoted(own)} ${parts.join('')}`);

/** A table's statements, with what belongs to it; it names at most the table itself and `t1`. */
function tableStatements(table: string): fc.Arbitrary<readonly string[]> {
  return fc
    .uniqueArray(name, { minLength: 2, maxLength: 6 })
    .chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        definitions: fc.tuple(...columns.map(column)),
        key: fc.constantFrom('none', 'one', 'two'),
        keyOrder: fc.constantFrom('', ' DESC'),
        keyConflict: conflict,
        generated: maybe(fc.tuple(expression(columns), fc.constantFrom('STORED', 'VIRTUAL'))),
        check: maybe(expression(columns)),
        unique: maybe(order),
        withoutRowid: fc.boolean(),
        index: maybe(
          fc.tuple(
            fc.oneof(
              expression(columns),
              order.map((each) => quoted(columns[0] ?? '') + each),
            ),
            maybe(expression(columns)),
          ),
        ),
        view: maybe(expression(columns)),
        trigger: maybe(
          fc.tuple(
            fc.constantFrom('BEFORE DELETE', 'AFTER INSERT', 'UPDATE OF'),
            expression(columns),
          ),
        ),
      }),
    )
    .map((wish) => {
      const first = quoted(wish.columns[0] ?? '');
      const second = quoted(wish.columns[1] ?? '');
      const keys = {
        none: '',
        one: `${first}${wish.keyOrder}`,
        two: `${second}, ${first}${wish.keyOrder}`,
      };
      const key = keys[wish.key];
      const lines = [
        ...wish.definitions,
        ...(wish.generated
          ? [`made GENERATED ALWAYS AS (${wish.generated[0]}) ${wish.generated[1]}`]
          : []),
        ...(key ? [`PRIMARY KEY (${key})${wish.keyConflict}`] : []),
        ...(wish.check ? [`CONSTRAINT "c 1" CHECK (${wish.check})`] : []),
        ...(wish.unique === '' ? [] : [`UNIQUE (${second}${wish.unique}, ${first})`]),
      ];
      const tail = wish.withoutRowid && key ? ' WITHOUT ROWID' : '';
      const rows = wish.index && wish.index[1] ? ` WHERE ${wish.index[1]}` : '';
      const [event = '', what = ''] = wish.trigger || [];
      const of = event === 'UPDATE OF' ? ` ${second}, ${first}` : '';
      return [
        `CREATE TABLE ${table} (${lines.join(', ')})${tail}`,
        ...(wish.index
          ? [`CREATE UNIQUE INDEX ${table}_i ON ${table} (${wish.index[0]})${rows}`]
          : []),
        ...(wish.view
          ? [
              `CREATE VIEW ${table}_v AS SELECT *, ${first} AS [As is] FROM ${table} WHERE ${wish.view}`,
            ]
          : []),
        ...(wish.trigger
          ? [
              `CREATE TRIGGER ${table}_t ${event}${of} ON ${table} BEGIN SELECT raise(abort, 'no;') FROM ${table} WHERE ${what}; END`,
            ]
          : []),
      ];
    });
}

/** A whole schema of two tables. */
export const schemaStatements: fc.Arbitrary<readonly string[]> = fc
  .tuple(tableStatements('t1'), tableStatements('t2'))
  .map(([one, two]) => [...one, ...two]);
