import { code, isTag, isWordStart } from './characters.ts';
import type { Cursor, TokenKind } from './lexer.ts';
import { ScriptProblem } from './problem.ts';

/** Throws `ScriptProblem` where the token begins a command for the engine's shell, not for it. */
export function refuseShellCommand(kind: TokenKind, cursor: Cursor, statement: number): void {
  if (kind !== 'backslash' && kind !== 'sign') return;
  const { bytes, start, dialect } = cursor;
  const named = isWordStart(bytes[start + 1]);
  const found =
    kind === 'backslash'
      ? named || dialect.shellCommands === '\\'
      : dialect.shellCommands === '.' && start === statement && bytes[start] === code.dot && named;
  if (found) throw new ScriptProblem('meta-command', start, commandName(bytes, start));
}

/** The command without what follows: `\connect` may be followed by a password. */
function commandName(bytes: Buffer, start: number): string {
  let end = start + 1;
  while (isTag(bytes[end])) end++;
  return bytes.toString('utf8', start, Math.max(end, start + 2)).trim();
}
