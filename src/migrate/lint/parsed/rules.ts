import { addColumnRules } from './add-column.ts';
import { briefLockRules } from './brief-locks.ts';
import { columnTypeRules } from './column-type.ts';
import { constraintRules } from './constraints.ts';
import { dropRules } from './drops.ts';
import { foreignKeyRules } from './foreign-key.ts';
import { indexRules } from './indexes.ts';
import { nameRules } from './names.ts';
import { notNullRules } from './not-null.ts';
import { partitionRules } from './partitions.ts';
import { rewriteRules } from './rewrites.ts';
import { rowRules } from './rows.ts';
import type { ParsedRule } from './rule.ts';
import { transactionRules } from './transactions.ts';
import { typeRules } from './types.ts';

/** Every rule that reads PostgreSQL's own grammar. */
export const parsedRules: readonly ParsedRule[] = [
  ...addColumnRules,
  ...columnTypeRules,
  ...notNullRules,
  ...constraintRules,
  ...foreignKeyRules,
  ...indexRules,
  ...nameRules,
  ...dropRules,
  ...rowRules,
  ...partitionRules,
  ...rewriteRules,
  ...typeRules,
  ...transactionRules,
  ...briefLockRules,
];
