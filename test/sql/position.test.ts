import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locate, offsetOfCharacter } from '../../src/sql/position.ts';

const bytesOf = (text: string): Buffer => Buffer.from(text);
const at = (text: string, part: string) => {
  const bytes = bytesOf(text);
  return locate(bytes, bytes.indexOf(part), 'a.sql');
};

describe('a place in a file', () => {
  it.each([
    ['the first line', 'select x', 'x', { line: 1, column: 8, text: 'select x' }],
    ['a later line', 'a\nb\nselect x\nd', 'x', { line: 3, column: 8, text: 'select x' }],
    ['CRLF', 'a\r\nselect x\r\nb', 'x', { line: 2, column: 8, text: 'select x' }],
    ['tabs', 'a\n\tb x', 'x', { line: 2, column: 4, text: '\tb x' }],
    ['characters beyond ASCII', 'é🐘ü x', 'x', { line: 1, column: 5, text: 'é🐘ü x' }],
    ['a byte order mark', '\ufeffa x', 'x', { line: 1, column: 3, text: 'a x' }],
    ['a line end', 'abc\nd', '\n', { line: 1, column: 4, text: 'abc' }],
    ['a line of its own', 'abc\n\nd', '\nd', { line: 2, column: 1, text: '' }],
  ])('%s', (_name, text, part, expected) => {
    expect(at(text, part)).toEqual({ file: 'a.sql', ...expected });
  });

  it('is the character that a byte belongs to', () => {
    expect(locate(bytesOf('a🐘b'), 3, 'f')).toMatchObject({ column: 2 });
  });

  it.each([
    [99, { line: 2, column: 2 }],
    [0, { line: 1, column: 1 }],
  ])('is kept within the file: %i', (offset, expected) => {
    expect(locate(bytesOf('a\nb'), offset, 'f')).toMatchObject(expected);
  });

  it('behind the last line end is a line of its own', () => {
    expect(locate(bytesOf('a\n'), 2, 'f')).toMatchObject({ line: 2, column: 1, text: '' });
  });

  it('cuts an enormous line around it', () => {
    const { column, text = '', textColumn = 0 } = at(`${'é'.repeat(1e6)}x${'b'.repeat(1e6)}`, 'x');
    expect(column).toBe(1e6 + 1);
    expect([...text][textColumn - 1]).toBe('x');
    expect(text).toMatch(/^…é+xb+…$/);
    expect(text.length).toBeLessThan(300);
  });

  it('is found again by its line and column', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'é', '🐘', ' ', '\t'), maxLength: 400 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.nat(), fc.nat(), (lines, row, cell) => {
        const index = row % lines.length;
        const characters = [...(lines[index] ?? ''), '\n'];
        const column = cell % characters.length;
        const before = [...lines.slice(0, index), characters.slice(0, column).join('')].join('\n');
        const bytes = bytesOf(`${lines.join('\n')}\n`);
        const found = locate(bytes, Buffer.byteLength(before), 'f');
        expect(found).toMatchObject({ line: index + 1, column: column + 1 });
        const shown = [...(found.text ?? ''), '\n'][(found.textColumn ?? found.column) - 1];
        expect(shown).toBe(characters[column]);
      }),
    );
  });
});

describe('a character by its number', () => {
  it('is counted from the start of the query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, text) => {
        const start = Buffer.byteLength(before);
        const characters = [...text];
        for (let number = 1; number <= characters.length + 1; number++)
          expect(offsetOfCharacter(bytesOf(before + text), start, number)).toBe(
            start + Buffer.byteLength(characters.slice(0, number - 1).join('')),
          );
      }),
    );
  });

  it('beyond the end is the end', () => {
    expect(offsetOfCharacter(bytesOf('é'), 0, 9)).toBe(2);
  });
});
