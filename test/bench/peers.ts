import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const folder = join(import.meta.dirname, '.peers');

// Our own build of better-sqlite3 serves the peers too, so that the driver is the same.
const manifest = JSON.stringify({
  private: true,
  dependencies: {
    'better-sqlite3': 'file:../../../node_modules/better-sqlite3',
    dbmate: '2.36.0',
    'drizzle-kit': '0.31.11',
    'drizzle-orm': '0.45.4',
    knex: '3.3.0',
    'node-pg-migrate': '9.0.0',
    pg: '8.23.1',
  },
});

/** Installs the peers beside the benchmarks at first use; returns their node_modules. */
export async function installPeers(): Promise<string> {
  const modules = join(folder, 'node_modules');
  const file = join(folder, 'package.json');
  if ((await readFile(file, 'utf8').catch(() => '')) === manifest) return modules;
  await mkdir(folder, { recursive: true });
  await writeFile(file, manifest);
  try {
    await execa('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: folder,
      stdio: 'inherit',
    });
  } catch (error) {
    await writeFile(file, '{}');
    throw error;
  }
  return modules;
}
