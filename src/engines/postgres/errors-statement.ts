import { capacityRules } from './errors-capacity.ts';
import { conflictRules } from './errors-conflict.ts';
import { dataRules } from './errors-data.ts';
import { endedRules } from './errors-ended.ts';
import { objectRules } from './errors-object.ts';
import { rightRules } from './errors-right.ts';
import type { Rule } from './error-rules.ts';

/** What a server says to a statement, or between two. */
export const statementRules: readonly Rule[] = [
  ...endedRules,
  ...conflictRules,
  ...rightRules,
  ...dataRules,
  ...objectRules,
  ...capacityRules,
];
