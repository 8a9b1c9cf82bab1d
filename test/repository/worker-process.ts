import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JemError } from '../../src/errors.ts';
import { parseWalName } from '../../src/wal-names.ts';
import { backUp, key as theKey, open, proofOf } from './making.ts';

// Work on a repository in a process of its own: told what to do by its arguments.
const [task = '', location = '', encrypt = ''] = process.argv.slice(2);
const key = encrypt === 'encrypted' ? theKey : null;
const repository = open(location, { key });
const tell = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const files = Array.from({ length: 6 }, (_, index) => ({
  path: `${index}.dat`,
  bytes: randomBytes(200_000),
  content: index % 2 === 0 ? ('plain' as const) : ('compressed' as const),
}));

/** Makes, proves and removes backups for ever; tells which are there and which will be removed. */
async function loop(): Promise<void> {
  for (let last = ''; ;) {
    const { id } = await backUp(repository, files);
    tell({ made: id });
    await repository.recordProof(id, proofOf(id), '<p>It holds.</p>');
    if (last !== '') {
      tell({ removing: last });
      await repository.exclusively(() => repository.remove(last));
      last = '';
    } else last = id;
  }
}

/** Begins a backup with a file of plain text in it, and waits to be killed. */
async function hold(): Promise<void> {
  const draft = await repository.begin();
  await writeFile(join(draft.stage.folder, 'plain.dat'), 'secret');
  tell({ holding: draft.id, stage: draft.stage.folder });
  setInterval(() => {}, 1000);
}

async function lock(): Promise<void> {
  await repository.exclusively(async () => {
    tell({ locked: true });
    await new Promise(() => setInterval(() => {}, 1000));
  });
}

/** Stores segments of content of its own, one after the other; tells of each. */
async function wal(): Promise<void> {
  const archive = repository.wal('7421068371285612345');
  for (let number = 1; number <= 120; number++) {
    const name = `0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}`;
    const bytes = Buffer.from(`${process.env['CONTENT']} ${name}\n`.repeat(3000));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    async function* content() {
      yield bytes;
    }
    await archive.put({ name: parseWalName(name)!, sha256, content }).then(
      () => tell({ stored: name }),
      (error: unknown) => {
        if (!(error instanceof JemError && error.code === 'wal-conflict')) throw error;
        tell({ refused: name });
      },
    );
  }
}

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  loop,
  hold,
  lock,
  wal,
  once: async () => tell({ made: (await backUp(repository)).id }),
  prove: async () => {
    const { id } = await backUp(repository);
    await repository.recordProof(id, proofOf(id), '<p>It holds.</p>');
    tell({ proved: id });
  },
  list: async () => tell({ listed: await repository.list() }),
  check: async () =>
    tell({ checked: await repository.check((await repository.list())[0]!.id, () => {}) }),
  restore: async () => repository.source((await repository.list())[0]!.id),
  unpack: async () => {
    await using source = await repository.source((await repository.list())[0]!.id);
    await source.folder();
  },
  remove: async () => repository.remove((await repository.list())[0]!.id),
  sweep: async () => tell({ swept: await repository.sweep() }),
};

try {
  await tasks[task]?.();
} catch (error) {
  if (!(error instanceof JemError)) throw error;
  const { code, message, details } = error;
  tell({ failed: { code, message, why: details.why, hint: details.hint } });
}
