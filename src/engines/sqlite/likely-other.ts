import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Warning } from '../engine.ts';

interface Understood {
  readonly name: string;
  readonly cwd: string;
}

/** Warnings where the text is read by the rules, and somebody who wrote it likely meant the other. */
export function likelyOther(text: string, { name, cwd }: Understood): readonly Warning[] {
  const isUrl = /^sqlite(\+[\w.-]+)?:/.test(text);
  const isPlain = !isUrl && !text.startsWith('file:');
  const found = [
    isUrl ? slashes(name, cwd) : null,
    isPlain ? literal(name) : null,
    name.startsWith('~/') ? tilde : null,
    process.platform !== 'win32' && /^[A-Za-z]:[\\/]/.test(name) ? drive : null,
  ];
  return found.filter((warning) => warning !== null);
}

const tilde: Warning = {
  code: 'tilde-not-expanded',
  message: 'The ~ in the path is taken as it is, as the name of a folder. Write the whole path.',
};

const drive: Warning = {
  code: 'drive-letter',
  message:
    'The path looks like one of Windows; here it is the name of a file in the working directory.',
};

/** Three slashes are relative, four absolute; a folder that exists the other way round is a hint. */
function slashes(name: string, cwd: string): Warning | null {
  if (name === '' || name === ':memory:') return null;
  const folder = dirname(name);
  if (name.startsWith('/')) {
    const relative = name.replace(/^\/+/, '');
    const other = dirname(relative);
    if (other === '.' || existsSync(folder) || !existsSync(resolve(cwd, other))) return null;
    return {
      code: 'absolute-sqlite-path',
      message: `Four slashes start an absolute path, and the folder ${folder} does not exist. Write sqlite:///${relative} for the one in the working directory.`,
    };
  }
  if (folder === '.' || existsSync(resolve(cwd, folder)) || !existsSync(`/${folder}`)) return null;
  return {
    code: 'relative-sqlite-path',
    message: `Three slashes start a relative path: the file is ${resolve(cwd, name)}. Write sqlite:////${name} for the absolute one.`,
  };
}

function literal(name: string): Warning | null {
  if (/\?\w+=/.test(name))
    return {
      code: 'path-with-query',
      message:
        'A plain path has no parameters: the ? and what follows belong to the name of the file. Write file: before it to have them read.',
    };
  if (/%[0-9a-f]{2}/i.test(name))
    return {
      code: 'path-not-decoded',
      message:
        'A plain path is not percent-decoded: the % belongs to the name of the file. Write file: before it to have it decoded.',
    };
  return null;
}
