import type { AlterTableCmd, AlterTableStmt, Node, RangeVar } from 'libpg-query';
import { keyOf, keyOfRelation, type Model, type Table, tableOf } from './model.ts';
import { allOf, as, shown } from './tree.ts';

/** One statement as it was read; those of a DO block stand where it stands. */
export interface ParsedStatement {
  readonly node: Node;
  /** Byte offset in the file. */
  readonly start: number;
  /** Places in the tree count from `start`. */
  readonly placed: boolean;
  /** As it is numbered where it runs. */
  readonly number: number | null;
}

/** What a rule is told of one statement. */
export interface Around {
  readonly node: Node;
  readonly statement: ParsedStatement;
  /** All of the file, in order, and where this one stands among them. */
  readonly file: readonly ParsedStatement[];
  readonly index: number;
  /** Number of the file. */
  readonly fileNumber: number;
  /** The whole file is one transaction. */
  readonly oneTransaction: boolean;
  /** What the statements before this one have made. */
  readonly model: Model;
}

/** Made by this file, so nobody uses it and it has only the rows that the file gave it. */
export function isNew(around: Around, relation: RangeVar | undefined): boolean {
  return isNewTable(around, tableOf(around.model, relation));
}

export function isNewTable({ fileNumber }: Around, table: Table | null): boolean {
  return table !== null && (table.temporary || table.madeIn === fileNumber);
}

/** One command of an ALTER TABLE. */
export interface Alteration {
  readonly command: AlterTableCmd;
  readonly relation: RangeVar | undefined;
  /** The relation's name for the reader. */
  readonly on: string;
  readonly table: Table | null;
}

/** The commands of an ALTER TABLE on a table that was there before; none for other statements. */
export function alterations(around: Around): readonly Alteration[] {
  const alter = as(around.node, 'AlterTableStmt');
  if (!alter) return none;
  // Nearly every rule asks for them.
  const known = listed.get(around) ?? list(around, alter);
  listed.set(around, known);
  return known;
}

const none: readonly Alteration[] = [];
const listed = new WeakMap<Around, readonly Alteration[]>();

function list(around: Around, alter: AlterTableStmt): readonly Alteration[] {
  if (alter.objtype !== 'OBJECT_TABLE' || isNew(around, alter.relation)) return none;
  const { relation } = alter;
  const table = tableOf(around.model, relation);
  return allOf(alter.cmds, 'AlterTableCmd').map((command) => ({
    command,
    relation,
    on: shown(relation),
    table,
  }));
}

/** What comes before this statement in its file. */
export function before({ file, index }: Around): readonly ParsedStatement[] {
  return file.slice(0, index);
}

/** What comes behind this statement in its file. */
export function behind({ file, index }: Around): readonly ParsedStatement[] {
  return file.slice(index + 1);
}

/** Whether a later statement of the file puts a table or view under that key again. */
export function comesBack(around: Around, key: string): boolean {
  return behind(around).some(({ node }) => {
    const made = [
      as(node, 'ViewStmt')?.view,
      as(node, 'CreateStmt')?.relation,
      as(node, 'CreateTableAsStmt')?.into?.rel,
    ];
    const renamed = as(node, 'RenameStmt');
    const isTable =
      renamed?.renameType === 'OBJECT_TABLE' || renamed?.renameType === 'OBJECT_MATVIEW';
    return (
      made.some((relation) => relation !== undefined && keyOfRelation(relation) === key) ||
      (isTable && keyOf(renamed.relation?.schemaname, renamed.newname ?? '') === key)
    );
  });
}
