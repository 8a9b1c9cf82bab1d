import { expect, test } from 'vitest';
import { jemDb, startJemDb } from './cli.ts';
import { temporaryFolder } from './folders.ts';
import { onTerminal } from './tty.ts';

test('a command gets nothing of this environment', async () => {
  await using folder = await temporaryFolder();
  const { exitCode, signal, stdout, stderr } = await jemDb(['--version'], { cwd: folder.path });
  expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: undefined, stderr: '' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a command that runs too long is ended and the test told', async () => {
  await using folder = await temporaryFolder();
  const done = jemDb(['--version'], { cwd: folder.path, timeout: 1 });
  await expect(done).rejects.toThrow('jem-db --version did not end in time');
});

test('a running command can be stopped', async () => {
  await using folder = await temporaryFolder();
  const child = startJemDb(['--version'], { cwd: folder.path });
  child.kill('SIGKILL');
  expect((await child).signal).toBe('SIGKILL');
});

test('a program on a terminal sees its width and gets its input', async () => {
  await using folder = await temporaryFolder();
  const script = 'stty size; read answer; echo "got $answer"; exit 3';
  const options = { cwd: folder.path, columns: 60, input: "it's\n" };
  const { exitCode, output } = await onTerminal(['sh', '-c', script], options);
  expect(exitCode).toBe(3);
  expect(output).toMatch(/^24 60\r\n/m);
  expect(output).toContain("got it's");
});
