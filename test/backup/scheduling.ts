import { execa } from 'execa';

/** The last line of a crontab, as cron reads it: its time and its command. */
export function lineOf(crontab: string): { time: string; command: string } {
  const line = crontab.trimEnd().split('\n').at(-1) ?? '';
  const [, time = '', command = ''] = /^((?:\S+ ){5})(.*)$/.exec(line) ?? [];
  // What stands behind a % is no part of the command, unless a backslash stands before it.
  const [own = ''] = command.split(/(?<!\\)%/);
  return { time: time.trim(), command: own.replaceAll(String.raw`\%`, '%') };
}

/** Runs a command as cron does: a plain shell with next to nothing in its environment. */
export function asCron(command: string, home: string) {
  const env = { HOME: home, LOGNAME: 'root', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' };
  const options = { cwd: home, env, extendEnv: false, reject: false } as const;
  return execa('/bin/sh', ['-c', command], options);
}
