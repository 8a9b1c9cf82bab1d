import fc from 'fast-check';
import { gap } from './arbitraries.ts';

/** Statements, and a script in which they are joined by semicolons and gaps. */
export function joinedScripts(
  tokens: fc.Arbitrary<string[]>,
): fc.Arbitrary<{ statements: string[]; script: string }> {
  const gaps = fc.array(gap, { minLength: 30, maxLength: 30 });
  const statement = fc
    .tuple(tokens, gaps)
    .map(([list, between]) => list.reduce((text, one, at) => text + (between[at] ?? ' ') + one));
  return fc.tuple(fc.array(statement, { maxLength: 5 }), gaps).map(([statements, between]) => {
    const parts = statements.map(
      (text, at) => `${between[2 * at] ?? ''}${text}${between[2 * at + 1] ?? ''};`,
    );
    return { statements, script: parts.join('') };
  });
}
