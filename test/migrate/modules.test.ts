import { describe, expect, it } from 'vitest';
import { type JsonDocument } from '../support/cli.ts';
import { sqliteEngine, testEngines } from '../support/databases.ts';
import { project } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';

const table = 'create table made (id integer)';
const exporting = {
  'CommonJS, one by one': ['1_a.cjs', `exports.up = (db) => db.execute('${table}');`],
  'CommonJS, an object': [
    '1_a.cjs',
    `module.exports = { async up(db) { await db.execute('${table}'); } };`,
  ],
  'an ES module': ['1_a.mjs', `export const up = (db) => db.execute('${table}');`],
  'an ES module by default': ['1_a.mjs', `export default { up: (db) => db.execute('${table}') };`],
  TypeScript: [
    '1_a.ts',
    `export const up = (db: { execute(sql: string): Promise<void> }): Promise<void> => db.execute('${table}');`,
  ],
} as const;

async function run(code: string, url: string): Promise<JsonDocument> {
  await using work = await project({ '1_a.mjs': code }, url);
  const result = await work.run(['migrate', '--json'], { timeout: 20_000 });
  const document = result.json();
  expect(schemaErrors(document)).toEqual([]);
  expect(document.exitCode).toBe(result.exitCode);
  return document;
}

describe.each(testEngines())('JavaScript migrations on $title', ({ create }) => {
  it.each(Object.entries(exporting))('may be %s', async (_name, [file, code]) => {
    await using database = await create();
    await using work = await project({ [file]: code }, database.url);
    const { exitCode, stderr } = await work.run(['migrate']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(await database.tables()).toEqual(['made']);
  });

  it('that wait for ever end by a signal, rolled back', async () => {
    await using database = await create();
    await using work = await project(
      {
        '1_a.mjs': `export async function up(db) {
          await db.execute('${table}');
          console.log('waiting');
          await new Promise(() => setInterval(() => {}, 1000));
        }`,
      },
      database.url,
    );
    const running = work.start(['migrate', '--json']);
    await new Promise<void>((seen) => running.stderr?.on('data', () => seen()));
    running.kill('SIGTERM');
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(143);
    expect(JSON.parse(stdout).result).toMatchObject({ outcome: 'failed', failed: { name: '1_a' } });
    expect(await database.tables()).toEqual([]);
  });

  it.each([
    ['a promise', `Promise.reject(new Error('floating'));`],
    ['a timer', `setTimeout(() => { throw new Error('floating'); }, 1);`],
  ])('still print one document when %s fails that nobody waits for', async (_name, code) => {
    await using database = await create();
    const { exitCode, error } = await run(
      `export async function up(db) {
         await db.execute('${table}');
         ${code}
         await new Promise((done) => setTimeout(done, 5000));
       }`,
      database.url,
    );
    expect(exitCode).toBe(70);
    expect(error?.['message']).toContain('floating');
    expect(await database.tables()).toEqual([]);
  });

  it('may talk and leave a timer behind: stdout stays one document and the run ends', async () => {
    await using database = await create();
    const { exitCode } = await run(
      `console.log('loaded'); setInterval(() => {}, 1000);
       export async function up(db) { console.log('up'); console.info('info'); console.table([1]); }`,
      database.url,
    );
    expect(exitCode).toBe(0);
  });

  it('name their file when their SQL is wrong', async () => {
    await using database = await create();
    const { exitCode, error } = await run(
      `export async function up(db) { await db.execute('selec 1'); }`,
      database.url,
    );
    expect(exitCode).toBe(4);
    expect(error?.['cause']).toContain('migrations/1_a.mjs');
  });
});

describe('a JavaScript migration on SQLite', () => {
  it('that waits for nothing cannot end the run as if it had gone well', async () => {
    await using database = await sqliteEngine.create();
    const { exitCode, result } = await run(
      `export async function up(db) { await db.execute('${table}'); await new Promise(() => {}); }`,
      database.url,
    );
    expect(exitCode).toBe(70);
    expect(result).toMatchObject({ outcome: 'failed', failed: { name: '1_a' } });
    expect(await database.tables()).toEqual([]);
  });

  it('cannot end the process, nor write into the document', async () => {
    await using database = await sqliteEngine.create();
    const { exitCode, error } = await run(
      `export async function up(db) {
         await db.execute('${table}');
         process.stdout.write('straight to stdout');
         process.exit(0);
       }`,
      database.url,
    );
    expect(exitCode).toBe(70);
    expect(error?.['cause']).toContain('process.exit()');
    expect(await database.tables()).toEqual([]);
  });
});
