export type ScriptProblemKind =
  | 'unterminated'
  | 'meta-command'
  | 'copy-from-stdin'
  | 'not-utf8'
  | 'null-byte';

/** A script cannot be cut into statements; `migrate` turns it into file, line and column. */
export class ScriptProblem extends Error {
  override readonly name = 'ScriptProblem';
  readonly kind: ScriptProblemKind;
  /** Byte offset; of an unterminated thing, where it begins. */
  readonly offset: number;
  /** What was found there, for a title: `string`, `comment`, `\copy`, `COPY … FROM STDIN`. */
  readonly found: string;

  constructor(kind: ScriptProblemKind, offset: number, found: string) {
    super(`${kind} at byte ${offset}: ${found}`);
    this.kind = kind;
    this.offset = offset;
    this.found = found;
  }
}
