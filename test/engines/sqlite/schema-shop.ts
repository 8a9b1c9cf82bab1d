/** A schema with something of everything; triggers come behind the rows, which shall not fire them. */
const relations = [
  `CREATE TABLE customer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL DEFAULT 'nobody',
    born TEXT,
    age INT,
    full TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') VIRTUAL,
    CONSTRAINT one_email UNIQUE (email),
    CHECK (age >= 0)
  )`,
  `CREATE TABLE product (
    sku TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    price REAL NOT NULL DEFAULT 0 CONSTRAINT not_negative CHECK (price >= 0),
    tax REAL AS (price / 10) STORED
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE purchase (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
    sku TEXT REFERENCES product ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
    amount DECIMAL(10,2) DEFAULT (1 + 1),
    at TEXT DEFAULT CURRENT_TIMESTAMP
  )`,
  `CREATE TABLE log (line TEXT, at TEXT)`,
  `CREATE TABLE setting (scope TEXT, name TEXT, value, PRIMARY KEY (scope, name) ON CONFLICT REPLACE)`,
  `CREATE INDEX purchase_customer ON purchase (customer_id, at DESC)`,
  `CREATE INDEX customer_name ON customer (lower(name)) WHERE born IS NOT NULL`,
  `CREATE UNIQUE INDEX log_line ON log (line COLLATE NOCASE)`,
  `CREATE VIEW adults AS SELECT id, name AS "called" FROM customer WHERE age >= 18`,
  `CREATE VIEW spent (customer, total) AS
    SELECT customer_id, sum(amount) FROM purchase GROUP BY customer_id`,
  `CREATE VIRTUAL TABLE search USING fts5 (title, body, tokenize = 'porter ascii')`,
] as const;

const shopRows = [
  `INSERT INTO customer (id, email, name, born, age) VALUES
    (1, 'a@x', 'Ann', '1990', 30), (2, 'b@x', 'Bob', NULL, 12), (9, 'z@x', 'Zed', NULL, NULL)`,
  `DELETE FROM customer WHERE id = 9`,
  `INSERT INTO product (sku, title, price) VALUES ('p', 'Pen', 2), ('q', 'Quill', 10)`,
  `INSERT INTO purchase (id, customer_id, sku, amount, at) VALUES
    (1, 1, 'p', 3, 'now'), (2, 2, 'q', 1, 'then'), (3, 1, NULL, 7, 'later')`,
  `INSERT INTO setting VALUES ('app', 'lang', 'en'), ('app', 'size', 'xl')`,
  `INSERT INTO search VALUES ('a', 'b')`,
  `INSERT INTO log (rowid, line) VALUES (70, 'seventy')`,
] as const;

const triggers = [
  `CREATE TRIGGER purchase_log AFTER INSERT ON purchase WHEN new.amount > 1
    BEGIN INSERT INTO log (line) VALUES ('bought ' || new.id); END`,
  `CREATE TRIGGER customer_renamed AFTER UPDATE OF name, email ON customer
    BEGIN INSERT INTO log (line) VALUES ('renamed ' || old.name); END`,
  `CREATE TRIGGER adults_gone INSTEAD OF DELETE ON adults
    BEGIN DELETE FROM customer WHERE id = old.id; END`,
] as const;

export const shop = [...relations, ...shopRows, ...triggers] as const;
