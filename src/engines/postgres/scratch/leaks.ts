/** Heads of statements whose effect is not confined to the database they run in. */
const leakingHeads: readonly RegExp[] = [
  /^(CREATE|ALTER|DROP) (ROLE|GROUP|TABLESPACE|DATABASE|SUBSCRIPTION)\b/,
  /^(CREATE|ALTER|DROP) USER(?! MAPPING\b)/,
  /^ALTER SYSTEM\b/,
  /^(COMMENT|SECURITY LABEL .*) ON (ROLE|TABLESPACE|DATABASE|SUBSCRIPTION)\b/,
  /^(GRANT|REVOKE) (?!.*\bON\b)/,
  /^(GRANT|REVOKE) .*\bON (DATABASE|TABLESPACE|PARAMETER)\b/,
  /^(REASSIGN|DROP) OWNED\b/,
];

/** Found in the text: behind a long list of columns, and where blocks build their statements. */
const leakingTexts: readonly RegExp[] = [
  /\bdblink(_\w+)?\s*\(/i,
  /\bpg_(create|drop|copy|replication)_\w*(slot|origin)\w*\s*\(/i,
];
const program = /\b(FROM|TO)\s+PROGRAM\b/i;
const inBlock =
  /\b((CREATE|ALTER|DROP)\s+(ROLE|GROUP|USER(?!\s+MAPPING\b)|TABLESPACE|DATABASE|SUBSCRIPTION)|ALTER\s+SYSTEM)\b/i;

/**
 * Whether a statement reaches out of its database: roles, tablespaces, other databases, the
 * server's settings, other servers or its machine. `head` is the splitter's. Errs on the side of
 * yes; what a function called from here does is not seen.
 */
export function leaksOut(head: string, text: string): boolean {
  if (leakingHeads.some((pattern) => pattern.test(head))) return true;
  if (head.startsWith('COPY') && program.test(text)) return true;
  if (head.startsWith('DO') && (inBlock.test(text) || program.test(text))) return true;
  return leakingTexts.some((pattern) => pattern.test(text));
}
