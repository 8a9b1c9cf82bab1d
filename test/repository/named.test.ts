import { expect, it } from 'vitest';
import { idNamed } from '../../src/repository/named.ts';

const ids = ['20261120T020000Z-00aa', '20261121T020000Z-00ab', '20261121T140000Z-00ac'];

it.each([
  ['latest', 2],
  ['20261120', 0],
  ['20261121T14', 2],
  ['20261121T020000Z-00ab', 1],
])('"%s" names one', (word, index) => {
  expect(idNamed(word, ids, 'backups')).toBe(ids[index]);
});

it.each([
  ['20261121', /begins the names of 2 backups/],
  ['2025', /no backup "2025" in backups/],
])('"%s" names none', (word, words) => {
  expect(() => idNamed(word, ids, 'backups')).toThrow(words);
});

it('says that there is none at all', () => {
  expect(() => idNamed('latest', [], 'backups')).toThrow(/There is no backup in backups/);
});

it('takes a whole id that begins another one', () => {
  expect(idNamed('a', ['a', 'ab'], 'backups')).toBe('a');
});
