import { expect, it } from 'vitest';
import { parseDuration } from '../src/duration.ts';

it.each([
  ['500ms', 500],
  ['5s', 5000],
  ['2min', 120_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  ['1.5s', 1500],
  [' 5 S ', 5000],
  ['0s', 0],
  ['40d', 2 ** 31 - 1],
  ['5', null],
  ['5m', null],
  ['-5s', null],
  ['s', null],
  ['1h5min', null],
  ['', null],
])('%j is %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
