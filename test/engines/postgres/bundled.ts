import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { inject } from 'vitest';

const require = createRequire(import.meta.url);

/** Makes one file of a program in TypeScript, for a process of its own that a test may kill. */
export async function bundled(input: string): Promise<string> {
  const file = join(inject('runFolder'), `${basename(input, '.ts')}-${process.pid}.mjs`);
  const build = await rolldown({
    input,
    platform: 'node',
    transform: { target: 'node20' },
    external: [/^node:/, 'pg-native'],
    plugins: [
      {
        name: 'libraries-of-this-project',
        resolveId: (source) =>
          source === 'execa' ? { id: require.resolve('execa'), external: true } : null,
      },
    ],
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
  return file;
}
