import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';

export interface Line {
  /** 1-based. */
  readonly number: number;
  readonly text: string;
}

export interface Source {
  /** From the project's folder, as `src/migrate/up.ts`. */
  readonly path: string;
  /** Without lines that are comment alone. */
  readonly lines: readonly Line[];
}

export interface Import {
  readonly from: string;
  readonly line: number;
  /** A path as `src/errors.ts`, a package's name, or `node:fs`. */
  readonly what: string;
  /** The package's name, without a path inside it; null for our own files and for Node's. */
  readonly library: string | null;
}

const root = join(import.meta.dirname, '../..');

/** All TypeScript files under a folder of the project. */
export async function readSources(folder: string): Promise<Source[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  const paths = names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
  return Promise.all(
    paths.toSorted().map(async (path) => sourceOf(path, await readFile(join(root, path), 'utf8'))),
  );
}

/** Reads a text as the source file at that path. */
export function sourceOf(path: string, text: string): Source {
  const lines = text.split('\n').map((line, index) => ({ number: index + 1, text: line }));
  return { path, lines: lines.filter((line) => !/^\s*(\/\/|\/\*|\*)/.test(line.text)) };
}

const importPattern =
  /^(?:import|export|\}).* from '([^']+)'|^import '([^']+)'|\b(?:import|require)\('([^']+)'\)/g;

/** Every import of a source, static or lazy, of values or of types. */
export function importsOf(source: Source): Import[] {
  return source.lines.flatMap(({ number, text }) =>
    [...text.matchAll(importPattern)].map((match) => {
      const written = match[1] ?? match[2] ?? match[3] ?? '';
      const isFile = written.startsWith('.');
      const what = isFile ? posix.join(posix.dirname(source.path), written) : written;
      return { from: source.path, line: number, what, library: isFile ? null : library(what) };
    }),
  );
}

function library(what: string): string | null {
  if (what.startsWith('node:')) return null;
  const parts = what.split('/');
  return parts.slice(0, what.startsWith('@') ? 2 : 1).join('/');
}
