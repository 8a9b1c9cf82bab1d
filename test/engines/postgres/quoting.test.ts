import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packetBytes, packets } from '../../../src/engines/postgres/packets.ts';
import { identifier, keptText, literal } from '../../../src/engines/postgres/quoting.ts';
import type { PostgresSession } from '../../../src/engines/postgres/session.ts';
import { postgresVersions, sharedPostgres } from '../../support/postgres.ts';
import { opened } from './connecting.ts';
import { script } from './migrating.ts';

const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("'", '\\', '"', '$', '\n', '%', 'E'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((each) => !each.includes('\0') && Buffer.from(each).toString() === each);

describe.for(postgresVersions())('a literal on PostgreSQL $major', ({ major }) => {
  let session: PostgresSession;
  beforeAll(async () => {
    session = await opened((await sharedPostgres(major)).url());
  });
  afterAll(() => session[Symbol.asyncDispose]());

  it.for(['on', 'off'])('is the text, with standard_conforming_strings %s', async (conforming) => {
    await session.query(
      `set standard_conforming_strings = ${conforming}; set backslash_quote = off`,
    );
    await fc.assert(
      fc.asyncProperty(text, async (each) => {
        const name = `x${[...each].slice(0, 8).join('')}`;
        const [row] = await session.query(`select ${literal(each)} as t, 1 as ${identifier(name)}`);
        expect(row).toEqual({ t: each, [name]: 1 });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a text with a NUL', () => {
  it('is refused as a name and left out as a text', () => {
    expect(() => literal('a\0')).toThrow(expect.objectContaining({ code: 'migration-unreadable' }));
    expect(keptText('a\0')).toBe('NULL');
    expect(keptText(null)).toBe('NULL');
  });
});

describe('packets of a script', () => {
  it('hold every statement once and in order, and none more than the limit unless it is one', () => {
    const statements = fc.array(
      fc
        .string({ unit: fc.constantFrom('a', 'é', ' '), minLength: 1 })
        .map((each) => `select '${each}'`),
    );
    fc.assert(
      fc.property(statements, fc.integer({ min: 1, max: 60 }), (all, limit) => {
        const whole = script(all.join(';\n'));
        const groups = [...packets(whole, limit)];
        const flat = groups.flatMap((group) => group.statements);
        expect(
          flat.map(({ start, end }) => Buffer.from(whole.bytes).toString('utf8', start, end)),
        ).toEqual(all);
        let count = 0;
        for (const group of groups) {
          expect(group.first).toBe(count);
          count += group.statements.length;
          const { start, bytes } = packetBytes(whole, group);
          expect(start).toBe(group.statements[0]?.start ?? 0);
          expect(bytes.length <= limit || group.statements.length <= 1).toBe(true);
        }
        expect(groups.length).toBeGreaterThan(0);
      }),
    );
  });
});
