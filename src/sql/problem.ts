export type ScriptProblemKind =
  | 'unterminated'
  | 'meta-command'
  | 'copy-from-stdin'
  | 'not-utf8'
  | 'null-byte';

const sentences: Readonly<Record<ScriptProblemKind, (found: string) => string>> = {
  unterminated: (found) => `the ${found} that begins here is never closed`,
  'meta-command': (found) => `${found} is a command of a shell, not SQL`,
  'copy-from-stdin': (found) => `${found} needs the input of psql`,
  'not-utf8': (found) => `it is not UTF-8, there is a ${found}`,
  'null-byte': (found) => `it holds a ${found}`,
};

/** A script cannot be cut into statements; `migrate` turns it into file, line and column. */
export class ScriptProblem extends Error {
  override readonly name = 'ScriptProblem';
  readonly kind: ScriptProblemKind;
  /** Byte offset; of an unterminated thing, where it begins. */
  readonly offset: number;
  /** What was found there, for a title: `string`, `comment`, `\copy`, `COPY … FROM STDIN`. */
  readonly found: string;

  constructor(kind: ScriptProblemKind, offset: number, found: string) {
    super(sentences[kind](found));
    this.kind = kind;
    this.offset = offset;
    this.found = found;
  }
}
