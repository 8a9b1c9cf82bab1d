import { expect, it } from 'vitest';
import { calendarTime, cronTime, readWhen } from '../../src/backup/schedule/when.ts';

it.each([
  [undefined, undefined, '30 2 * * *', '*-*-* 02:30:00'],
  ['4:05', undefined, '5 4 * * *', '*-*-* 04:05:00'],
  ['23:59', '1d', '59 23 * * *', '*-*-* 23:59:00'],
  [undefined, '1w', '30 2 * * 0', 'Sun *-*-* 02:30:00'],
  ['03:00', '7d', '0 3 * * 0', 'Sun *-*-* 03:00:00'],
  [undefined, '6h', '0 0,6,12,18 * * *', '*-*-* 00,06,12,18:00:00'],
  ['14:30', '6h', '30 2,8,14,20 * * *', '*-*-* 02,08,14,20:30:00'],
  ['00:10', '1h', '10 * * * *', '*-*-* *:10:00'],
  [undefined, '60min', '0 * * * *', '*-*-* *:00:00'],
  ['02:35', '15min', '5,20,35,50 * * * *', '*-*-* *:05,20,35,50:00'],
  [undefined, '24h', '30 2 * * *', '*-*-* 02:30:00'],
])('at %s every %s is %s', (at, every, cron, calendar) => {
  const when = readWhen(at, every);
  expect(when && [cronTime(when), calendarTime(when)]).toEqual([cron, calendar]);
});

it.each([
  ['24:00', undefined],
  ['2:3', undefined],
  ['noon', undefined],
  [undefined, '7h'],
  [undefined, '45min'],
  [undefined, '90min'],
  [undefined, '2d'],
  [undefined, '0h'],
  [undefined, '1m'],
])('at %s every %s is refused', (at, every) => {
  expect(readWhen(at, every)).toBeNull();
});
