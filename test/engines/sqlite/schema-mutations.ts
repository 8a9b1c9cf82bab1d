/** One single change of a database, and what it is called. */
export interface Mutation {
  readonly name: string;
  /** Statements that make the change. */
  readonly sql?: readonly string[];
  /** Or the definition of an object, written otherwise from the beginning. */
  readonly instead?: readonly [from: string, to: string];
  readonly finds: readonly string[];
  /** The change costs rows that nothing brings back. */
  readonly losesRows?: true;
}

const sql = (name: string, statements: readonly string[], ...finds: string[]): Mutation => ({
  name,
  sql: statements,
  finds,
});

const instead = (name: string, from: string, to: string, ...finds: string[]): Mutation => ({
  name,
  instead: [from, to],
  finds,
});

const losing = (mutation: Mutation): Mutation => ({ ...mutation, losesRows: true });

const index = (name: string, ...finds: string[]) => ({
  as: (to: string): Mutation =>
    sql(name, ['DROP INDEX purchase_customer', `CREATE ${to}`], ...finds),
});

export const mutations: readonly Mutation[] = [
  sql('an index dropped', ['DROP INDEX customer_name'], 'missing index customer.customer_name'),
  sql('an index added', ['CREATE INDEX more ON log (at)'], 'unexpected index log.more'),
  index('an index on another column', 'changed index purchase.purchase_customer: key').as(
    'INDEX purchase_customer ON purchase (sku, at DESC)',
  ),
  index('an index in another order', 'changed index purchase.purchase_customer: key').as(
    'INDEX purchase_customer ON purchase (customer_id, at)',
  ),
  index('an index with its columns swapped', 'changed index purchase.purchase_customer: key').as(
    'INDEX purchase_customer ON purchase (at DESC, customer_id)',
  ),
  index('an index with a collation', 'changed index purchase.purchase_customer: key').as(
    'INDEX purchase_customer ON purchase (customer_id, at COLLATE NOCASE DESC)',
  ),
  index('an index made unique', 'changed index purchase.purchase_customer: unique').as(
    'UNIQUE INDEX purchase_customer ON purchase (customer_id, at DESC)',
  ),
  index('an index made partial', 'changed index purchase.purchase_customer: where').as(
    'INDEX purchase_customer ON purchase (customer_id, at DESC) WHERE amount > 0',
  ),
  sql(
    'the predicate of an index',
    [
      'DROP INDEX customer_name',
      'CREATE INDEX customer_name ON customer (lower(name)) WHERE born IS NULL',
    ],
    'changed index customer.customer_name: where',
  ),
  sql(
    'the expression of an index',
    [
      'DROP INDEX customer_name',
      'CREATE INDEX customer_name ON customer (upper(name)) WHERE born IS NOT NULL',
    ],
    'changed index customer.customer_name: key',
  ),
  sql(
    'an index moved to another table',
    ['DROP INDEX purchase_customer', 'CREATE INDEX purchase_customer ON log (at)'],
    'missing index purchase.purchase_customer',
    'unexpected index log.purchase_customer',
  ),
  sql('a column added', ['ALTER TABLE log ADD COLUMN level INT'], 'unexpected column log.level'),
  losing(
    sql('the last column dropped', ['ALTER TABLE log DROP COLUMN at'], 'missing column log.at'),
  ),
  losing(
    sql(
      'a column dropped in the middle',
      [
        'DROP INDEX customer_name',
        'ALTER TABLE customer DROP COLUMN born',
        'CREATE INDEX customer_name ON customer (lower(name)) WHERE age IS NOT NULL',
      ],
      'missing column customer.born',
      'changed index customer.customer_name: where',
    ),
  ),
  sql(
    'a column renamed',
    ['ALTER TABLE log RENAME COLUMN at TO "when"'],
    'missing column log.at',
    'unexpected column log.when',
  ),
  sql(
    'a column renamed that much depends on',
    ['ALTER TABLE purchase RENAME COLUMN customer_id TO buyer'],
    'missing column purchase.customer_id',
    'missing constraint purchase.FOREIGN KEY (customer_id) REFERENCES customer',
    'changed index purchase.purchase_customer: key',
    'changed view spent: definition',
    'unexpected column purchase.buyer',
    'unexpected constraint purchase.FOREIGN KEY (buyer) REFERENCES customer',
  ),
  sql(
    'a column renamed in case',
    ['ALTER TABLE log RENAME COLUMN at TO At'],
    'missing column log.at',
    'unexpected column log.At',
  ),
  instead('a type', 'born TEXT', 'born BLOB', 'changed column customer.born: type'),
  instead(
    'the size of a type',
    'DECIMAL(10,2)',
    'DECIMAL(12,2)',
    'changed column purchase.amount: type',
  ),
  instead('a type taken away', 'value,', 'value TEXT,', 'changed column setting.value: type'),
  instead(
    'NOT NULL taken away',
    'title TEXT NOT NULL',
    'title TEXT',
    'changed column product.title: notNull',
  ),
  instead('NOT NULL given', 'line TEXT', 'line TEXT NOT NULL', 'changed column log.line: notNull'),
  instead(
    'what happens at a NULL',
    'email TEXT NOT NULL',
    'email TEXT NOT NULL ON CONFLICT IGNORE',
    'changed column customer.email: notNullConflict',
  ),
  instead(
    'the name of a NOT NULL',
    'email TEXT NOT NULL',
    'email TEXT CONSTRAINT must NOT NULL',
    'changed column customer.email: notNullName',
  ),
  instead(
    'a default',
    `DEFAULT 'nobody'`,
    `DEFAULT 'somebody'`,
    'changed column customer.name: default',
  ),
  instead(
    'a default in other letters',
    `DEFAULT 'nobody'`,
    `DEFAULT 'Nobody'`,
    'changed column customer.name: default',
  ),
  instead(
    'a default taken away',
    'TEXT DEFAULT CURRENT_TIMESTAMP',
    'TEXT',
    'changed column purchase.at: default',
  ),
  instead(
    'the expression of a default',
    '(1 + 1)',
    '(1 + 2)',
    'changed column purchase.amount: default',
  ),
  instead(
    'a number that became text',
    'DEFAULT 0',
    `DEFAULT '0'`,
    'changed column product.price: default',
  ),
  instead(
    'a collation',
    'email TEXT NOT NULL COLLATE NOCASE',
    'email TEXT NOT NULL COLLATE RTRIM',
    'changed column customer.email: collation',
  ),
  instead(
    'a collation taken away',
    'NOT NULL COLLATE NOCASE',
    'NOT NULL',
    'changed column customer.email: collation',
  ),
  instead(
    'the expression of a generated column',
    'price / 10',
    'price / 5',
    'changed column product.tax: expression',
  ),
  instead(
    'a generated column that is not stored',
    'STORED',
    'VIRTUAL',
    'changed column product.tax: generated',
  ),
  instead(
    'a generated column made plain',
    `full TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') VIRTUAL`,
    'full TEXT',
    'changed column customer.full: generated, expression',
  ),
  instead(
    'a check without a name',
    'age >= 0',
    'age > 0',
    'missing constraint customer.CHECK (age >= 0)',
    'unexpected constraint customer.CHECK (age > 0)',
  ),
  instead(
    'a check with a name',
    'price >= 0',
    'price > 0',
    'changed constraint product.not_negative: expression',
  ),
  instead(
    'a check dropped',
    ' CONSTRAINT not_negative CHECK (price >= 0)',
    '',
    'missing constraint product.not_negative',
  ),
  instead(
    'a check added',
    'line TEXT',
    `line TEXT CHECK (line <> '')`,
    `unexpected constraint log.CHECK (line <> '')`,
  ),
  sql(
    'a check added by ALTER TABLE',
    [`ALTER TABLE log ADD CONSTRAINT full CHECK (line <> '')`],
    `unexpected constraint log.full`,
  ),
  sql(
    'a check dropped by ALTER TABLE',
    [`ALTER TABLE product DROP CONSTRAINT not_negative`],
    `missing constraint product.not_negative`,
  ),
  sql(
    'a NOT NULL dropped by ALTER TABLE',
    [`ALTER TABLE product ALTER COLUMN title DROP NOT NULL`],
    `changed column product.title: notNull`,
  ),
  instead(
    'a constraint renamed',
    'not_negative',
    'positive',
    'missing constraint product.not_negative',
    'unexpected constraint product.positive',
  ),
  instead(
    'UNIQUE dropped',
    'CONSTRAINT one_email UNIQUE (email),',
    '',
    'missing constraint customer.one_email',
  ),
  instead(
    'UNIQUE over more columns',
    'UNIQUE (email)',
    'UNIQUE (email, name)',
    'changed constraint customer.one_email: key',
  ),
  instead(
    'what happens to rows that are the same',
    'UNIQUE (email)',
    'UNIQUE (email) ON CONFLICT REPLACE',
    'changed constraint customer.one_email: conflict',
  ),
  instead(
    'UNIQUE added',
    'born TEXT',
    'born TEXT UNIQUE',
    'unexpected constraint customer.UNIQUE (born)',
  ),
  instead(
    'a foreign key dropped',
    ' REFERENCES customer (id) ON DELETE CASCADE',
    '',
    'missing constraint purchase.FOREIGN KEY (customer_id) REFERENCES customer',
  ),
  instead(
    'a foreign key added',
    'line TEXT',
    'line TEXT REFERENCES product',
    'unexpected constraint log.FOREIGN KEY (line) REFERENCES product',
  ),
  instead(
    'what a foreign key does',
    'ON DELETE CASCADE',
    'ON DELETE SET NULL',
    'changed constraint purchase.FOREIGN KEY (customer_id) REFERENCES customer: onDelete',
  ),
  instead(
    'what a foreign key does at an update',
    'ON UPDATE CASCADE ',
    '',
    'changed constraint purchase.FOREIGN KEY (sku) REFERENCES product: onUpdate',
  ),
  instead(
    'when a foreign key is checked',
    ' DEFERRABLE INITIALLY DEFERRED',
    '',
    'changed constraint purchase.FOREIGN KEY (sku) REFERENCES product: initiallyDeferred',
  ),
  instead(
    'where a foreign key points',
    'REFERENCES customer (id)',
    'REFERENCES customer (email)',
    'changed constraint purchase.FOREIGN KEY (customer_id) REFERENCES customer: referencedKey',
  ),
  instead(
    'the columns of a primary key',
    'PRIMARY KEY (scope, name)',
    'PRIMARY KEY (name, scope)',
    'changed table setting: primaryKey',
  ),
  instead(
    'a primary key dropped',
    ', PRIMARY KEY (scope, name) ON CONFLICT REPLACE',
    '',
    'changed table setting: primaryKey, primaryKeyConflict',
  ),
  instead(
    'what a primary key does',
    ' ON CONFLICT REPLACE',
    '',
    'changed table setting: primaryKeyConflict',
  ),
  instead(
    'a primary key that is not the rowid',
    'INTEGER PRIMARY KEY,',
    'INT PRIMARY KEY,',
    'changed column purchase.id: type',
    'changed table purchase: rowidAlias',
  ),
  instead('STRICT', 'STRICT, WITHOUT ROWID', 'WITHOUT ROWID', 'changed table product: strict'),
  instead(
    'WITHOUT ROWID',
    'STRICT, WITHOUT ROWID',
    'STRICT',
    'changed table product: withoutRowid',
  ),
  instead('AUTOINCREMENT', ' AUTOINCREMENT', '', 'changed table customer: autoincrement'),
  instead('the text of a view', 'age >= 18', 'age >= 21', 'changed view adults: definition'),
  instead(
    'a string in a trigger',
    `'bought '`,
    `'Bought '`,
    'changed trigger purchase.purchase_log: body',
  ),
  instead('the alias in a view', '"called"', '"Called"', 'changed view adults: definition'),
  instead(
    'the names of a view',
    '(customer, total)',
    '(customer, sum)',
    'changed view spent: columnNames',
  ),
  sql('a view dropped', ['DROP VIEW spent'], 'missing view spent'),
  sql(
    'a view dropped with its trigger',
    ['DROP VIEW adults'],
    'missing trigger adults.adults_gone',
    'missing view adults',
  ),
  sql(
    'a view added',
    [
      'CREATE VIEW v AS SELECT 1 AS one',
      'CREATE TRIGGER vt INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
    ],
    'unexpected trigger v.vt',
    'unexpected view v',
  ),
  instead(
    'what a trigger does',
    `'bought ' ||`,
    `'sold ' ||`,
    'changed trigger purchase.purchase_log: body',
  ),
  instead(
    'the event of a trigger',
    'AFTER INSERT ON purchase',
    'AFTER UPDATE ON purchase',
    'changed trigger purchase.purchase_log: event',
  ),
  instead(
    'the columns of a trigger',
    'OF name, email',
    'OF name',
    'changed trigger customer.customer_renamed: of',
  ),
  instead(
    'the timing of a trigger',
    'AFTER INSERT ON purchase',
    'BEFORE INSERT ON purchase',
    'changed trigger purchase.purchase_log: timing',
  ),
  instead(
    'the condition of a trigger',
    'new.amount > 1',
    'new.amount > 2',
    'changed trigger purchase.purchase_log: when',
  ),
  sql('a trigger dropped', ['DROP TRIGGER purchase_log'], 'missing trigger purchase.purchase_log'),
  sql(
    'a trigger of a view dropped',
    ['DROP TRIGGER adults_gone'],
    'missing trigger adults.adults_gone',
  ),
  sql(
    'a trigger added',
    ['CREATE TRIGGER more BEFORE DELETE ON log BEGIN SELECT 1; END'],
    'unexpected trigger log.more',
  ),
  losing(
    sql(
      'a table dropped',
      ['DROP TABLE log'],
      'missing column log.at',
      'missing column log.line',
      'missing index log.log_line',
      'missing table log',
    ),
  ),
  sql(
    'a table added, with children',
    ['CREATE TABLE extra (id INTEGER PRIMARY KEY)', 'CREATE INDEX extra_i ON extra (id)'],
    'unexpected column extra.id',
    'unexpected index extra.extra_i',
    'unexpected table extra',
  ),
  losing(sql('a virtual table dropped', ['DROP TABLE search'], 'missing virtual table search')),
  sql(
    'a virtual table added',
    ['CREATE VIRTUAL TABLE near USING rtree (id, a, b)'],
    'unexpected virtual table near',
  ),
  losing(
    instead(
      'the arguments of a virtual table',
      'porter ascii',
      'ascii',
      'changed virtual table search: arguments',
    ),
  ),
  losing(
    instead(
      'the module of a virtual table',
      `fts5 (title, body, tokenize = 'porter ascii')`,
      'fts4 (title, body)',
      'changed virtual table search: module, arguments',
    ),
  ),
];
