import fc from 'fast-check';

/** Text with everything in it that has a meaning outside quotes. */
const wildText = fc
  .array(
    fc.constantFrom(
      ...[';', '--', '/*', '*/', '(', ')', '$$', '$b$', "'", '"', '`', '[', 'END', '\n', ' '],
      ...['a', 'é', '🐘', '\t', '='],
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const quoted = (open: string, close: string) =>
  wildText.map((text) => open + text.replaceAll(close, close + close) + close);

const word = fc.constantFrom('select', 'a', 'e', 'Foo', 'FROM', 'été', 'x1', '_y', 'end');

const simpleToken = fc.oneof(
  word,
  fc.constantFrom('1', '2', '1.5', '.5', '1e-5', '0xFF', '$1'),
  fc.constantFrom(',', '=', '||', '<>', '->>', '-', '+', '*', '::', '.', '<='),
  quoted("'", "'"),
  quoted("X'", "'"),
  quoted('"', '"').filter((name) => name !== '""'),
);

export const postgresToken = fc.oneof(
  { weight: 3, arbitrary: simpleToken },
  wildText.map((text) => `E'${text.replaceAll("'", "\\'")}'`),
  wildText.map((text) => `$tag$${text}$tag$`),
  wildText.filter((text) => !/\$\$|\$$/.test(text)).map((text) => `$$${text}$$`),
);

export const sqliteToken = fc.oneof(
  { weight: 3, arbitrary: simpleToken },
  quoted('`', '`'),
  wildText.map((text) => `[${text.replaceAll(']', '')}]`),
);

const comments = fc.constantFrom(
  ...['/* ; */', "/* ' */", '/* -- */', '-- ; \' " $$ /* \\\n', '--\r\n', '/**/', '/* ( */', '\t'],
);

/** What may stand between two tokens without changing their meaning. */
export const gap = fc
  .tuple(fc.constantFrom(' ', '\n', '\r\n', '\t'), fc.array(comments, { maxLength: 2 }))
  .map(([first, others]) => first + others.join(''));

/** Tokens with a parenthesis around some of them, which may hold semicolons where `inside` says. */
export function statementTokens(
  token: fc.Arbitrary<string>,
  inside: fc.Arbitrary<string> = token,
): fc.Arbitrary<string[]> {
  const group = fc.array(inside, { maxLength: 3 }).map((tokens) => ['(', ...tokens, ')']);
  const piece = fc.oneof(
    { weight: 4, arbitrary: token.map((one) => [one]) },
    { weight: 1, arbitrary: group },
  );
  return fc
    .tuple(word, fc.array(piece, { maxLength: 6 }))
    .map(([first, pieces]) => [first, ...pieces.flat()]);
}
