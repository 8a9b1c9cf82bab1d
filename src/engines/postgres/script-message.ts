import type { Statement } from '../../sql/statements.ts';

/** One message: statements of ours, a part of the script, statements of ours. */
export interface ScriptMessage {
  readonly before: readonly string[];
  readonly statements: readonly Statement[];
  /** Index of the first of them in the script. */
  readonly first: number;
  /** Where the script's part begins in the script, in bytes. */
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly after: readonly string[];
  /** Which of `after` is the COMMIT; null: none. */
  readonly commitAt: number | null;
}

/** The text in front of the script's part; ASCII, so that its bytes are characters. */
export function textBefore({ before }: ScriptMessage): string {
  return before.map((sql) => `${sql};`).join('');
}

/** The message in pieces; the script's bytes are not copied. */
export function partsOf(message: ScriptMessage): Uint8Array[] {
  const { bytes, after } = message;
  const before = Buffer.from(textBefore(message));
  return [before, bytes, Buffer.from(after.map((sql) => `\n;${sql}`).join(''))];
}
