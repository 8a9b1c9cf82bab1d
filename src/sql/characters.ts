const space = 1;
const wordStart = 2;
const digit = 4;
const dollar = 8;
const symbol = 16;

function mark(table: Uint8Array, characters: string, bits: number): void {
  for (const character of characters) table[character.charCodeAt(0)] = bits;
}

function classTable(): Uint8Array {
  const table = new Uint8Array(256);
  mark(table, ' \t\n\r\f\v', space);
  mark(table, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_', wordStart);
  mark(table, '0123456789', digit);
  mark(table, '$', dollar);
  mark(table, '~!@#^&|`?+-*/%<>=', symbol);
  // Every byte of a character beyond ASCII belongs to a name, on both engines.
  table.fill(wordStart, 0x80);
  return table;
}

const classes = classTable();

// A missing byte, behind the end, is of no class.
const isOf = (byte: number | undefined, bits: number): boolean =>
  ((classes[byte ?? 0] ?? 0) & bits) !== 0;

export const isSpace = (byte: number | undefined): boolean => isOf(byte, space);
export const isWordStart = (byte: number | undefined): boolean => isOf(byte, wordStart);
export const isWord = (byte: number | undefined): boolean => isOf(byte, wordStart | digit | dollar);
export const isTag = (byte: number | undefined): boolean => isOf(byte, wordStart | digit);
export const isDigit = (byte: number | undefined): boolean => isOf(byte, digit);
export const isSymbol = (byte: number | undefined): boolean => isOf(byte, symbol);

/** The code of a one-character text, for reading code that compares bytes. */
export const code = {
  newline: 0x0a,
  carriageReturn: 0x0d,
  doubleQuote: 0x22,
  dollar: 0x24,
  ampersand: 0x26,
  quote: 0x27,
  openParen: 0x28,
  closeParen: 0x29,
  star: 0x2a,
  plus: 0x2b,
  minus: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  backtick: 0x60,
} as const;
