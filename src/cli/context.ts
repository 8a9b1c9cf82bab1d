import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import type { Environment } from '../engines/engine.ts';

/** The process as commands see it, with what `.env` adds to its environment. */
export function environmentOf(env: Environment['env']): Environment {
  return {
    env,
    cwd: process.cwd(),
    home: env['HOME'] ?? homedir(),
    get user() {
      return userInfo().username;
    },
  };
}

/** Reads a file when it is first asked for, and keeps its text in `texts`. */
export function readOnce(texts: Map<string, string>): (path: string) => string {
  return (path) => {
    const text = texts.get(path) ?? readFileSync(path, 'utf8');
    texts.set(path, text);
    return text;
  };
}
