import type { Rule } from '../rule.ts';
import type { Told } from './statement.ts';

/** What the files so far have made; names in lower case, as SQLite compares them. */
export interface Model {
  /** Table to the number of the file that made it. */
  readonly tables: Map<string, number>;
  /** Indexes and triggers, with their table. */
  readonly parts: Map<string, string>;
}

/** One statement as it was told. */
export interface ToldStatement {
  readonly told: Told;
  readonly start: number;
  readonly number: number | null;
}

/** What a rule is told of one statement. */
export interface Around {
  readonly told: Told;
  readonly file: readonly ToldStatement[];
  readonly index: number;
  readonly fileNumber: number;
  readonly oneTransaction: boolean;
  readonly model: Model;
}

export type ToldRule = Rule<Around>;

/** Made by this file, so nobody uses it yet. */
export function isNew({ model, fileNumber }: Around, table: string): boolean {
  return model.tables.get(table.toLowerCase()) === fileNumber;
}

export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether a later statement of the file gives that name to a table or view again. */
export function comesBack({ file, index }: Around, table: string): boolean {
  return file.slice(index + 1).some(({ told }) => {
    if (told.kind === 'rename-table') return sameName(told.to, table);
    const makes = told.kind === 'create-table' || told.kind === 'create-view';
    return makes && sameName(told.table, table);
  });
}

/** Whether the file keeps a table's rows in another table, and makes it again behind this. */
export function isRebuilt(around: Around, table: string): boolean {
  const { file, index } = around;
  const kept = file.slice(0, index).some(({ told }) => told.kind === 'create-table');
  return kept && comesBack(around, table);
}

/** Takes in what one statement changes. */
export function learn({ tables, parts }: Model, told: Told, file: number): void {
  switch (told.kind) {
    case 'create-table':
      if (!tables.has(told.table.toLowerCase())) tables.set(told.table.toLowerCase(), file);
      break;
    case 'create-part':
      parts.set(told.name.toLowerCase(), told.table.toLowerCase());
      break;
    case 'drop-part':
      parts.delete(told.name.toLowerCase());
      break;
    case 'drop-table':
      tables.delete(told.table.toLowerCase());
      for (const [part, table] of parts) if (sameName(table, told.table)) parts.delete(part);
      break;
    case 'rename-table': {
      const madeIn = tables.get(told.table.toLowerCase());
      tables.delete(told.table.toLowerCase());
      if (madeIn !== undefined) tables.set(told.to.toLowerCase(), madeIn);
      for (const [part, table] of parts)
        if (sameName(table, told.table)) parts.set(part, told.to.toLowerCase());
      break;
    }
    default:
  }
}
