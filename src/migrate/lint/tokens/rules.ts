import type { ToldRule } from './around.ts';
import { columnRules } from './columns.ts';
import { pragmaRules } from './pragmas.ts';
import { rebuildRules } from './rebuilds.ts';
import { tableRules } from './tables.ts';

/** Every rule that reads tokens, where there is no grammar to be had. */
export const toldRules: readonly ToldRule[] = [
  ...columnRules,
  ...tableRules,
  ...rebuildRules,
  ...pragmaRules,
];
