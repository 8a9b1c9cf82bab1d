/** When a trigger, rule or event trigger fires, as the catalog has it and as ALTER has it. */
const words: Readonly<Record<string, string>> = {
  origin: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
};

/** SQL for a column such as `tgenabled`. */
export function firingOf(column: string): string {
  return `CASE ${column} WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END`;
}

/** What stands before TRIGGER or RULE in ALTER TABLE: `ENABLE REPLICA`. */
export function firingWord(state: string | null): string {
  return words[state ?? ''] ?? 'ENABLE';
}
