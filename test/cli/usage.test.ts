import { describe, expect, it } from 'vitest';
import { project } from '../support/project.ts';

describe('the command line', () => {
  it('prints help on stdout, with every command, the settings and the exit codes', async () => {
    await using work = await project();
    const { exitCode, stdout, stderr } = await work.run(['--help']);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('');
    for (const word of ['migrate', 'wait', 'config', 'completion', 'JEM_DB_', 'jem-db.json'])
      expect(stdout).toContain(word);
    for (const code of ['0', '1', '2', '3', '4', '70', '130', '143'])
      expect(stdout).toMatch(new RegExp(`^  ${code} +\\w`, 'm'));
    expect(stdout).toContain('182, 183, 184 and 250');
    const fetch = await work.run(['backup', 'wal', 'fetch', '--help']);
    const text = fetch.stdout.replace(/\s+/g, ' ');
    for (const code of ['0', '1', '182', '183', '184', '250'])
      expect(text).toMatch(new RegExp(`[:;] ${code}, `));
  });

  it('prints the same help however it is asked for', async () => {
    await using work = await project();
    const { stdout } = await work.run(['--help']);
    for (const args of [['-h'], ['help'], ['--no-color', '--help'], ['--help', '--json']])
      expect((await work.run(args)).stdout).toBe(stdout);
  });

  it('fits help into 80 columns and gives examples for every command', async () => {
    await using work = await project();
    const verbs = {
      migrate: [
        'up',
        'down',
        'status',
        'new',
        'baseline',
        'repair',
        'rebase',
        'adopt',
        'check',
        'lint',
      ],
      schema: ['verify', 'dump', 'diff'],
    };
    const commands = [
      ['wait'],
      ['config'],
      ['completion'],
      ...Object.entries(verbs).flatMap(([noun, each]) => each.map((verb) => [noun, verb])),
    ];
    for (const words of commands) {
      const { stdout, exitCode } = await work.run([...words, '--help']);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Examples:');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
      expect((await work.run(['help', ...words])).stdout).toBe(stdout);
    }
  });

  it('prints its version in one line', async () => {
    await using work = await project();
    const { stdout, exitCode } = await work.run(['--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['migrat'], 'migrate'],
    [['migrate', 'stauts'], 'jem-db migrate status'],
    [['status'], 'jem-db migrate status'],
    [['migrate', 'up', '--stp', '1'], '--step'],
    [['confg'], 'config'],
  ])('suggests the right name for %j', async (args, meant) => {
    await using work = await project();
    const { exitCode, stdout, stderr } = await work.run(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(meant);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('says what is missing when no command is named', async () => {
    await using work = await project();
    const { exitCode, stderr } = await work.run([]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('jem-db --help');
  });

  it('refuses a step that is no number', async () => {
    await using work = await project();
    const { exitCode, stderr } = await work.run(['migrate', 'up', '--step', 'two']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('"two"');
  });

  it('reports a full disk under stdout', async () => {
    await using work = await project();
    const { execa } = await import('execa');
    const { cliPath } = await import('../support/cli.ts');
    const { exitCode, stderr } = await execa(
      'sh',
      ['-c', `"$0" "$1" config > /dev/full`, process.execPath, cliPath],
      {
        cwd: work.path,
        reject: false,
      },
    );
    expect(exitCode).toBe(4);
    expect(stderr).toContain('ENOSPC');
  });

  it('is quiet when the reader of its output leaves', async () => {
    await using work = await project();
    const { execa } = await import('execa');
    const { cliPath } = await import('../support/cli.ts');
    const { stderr } = await execa(
      'sh',
      ['-c', `for i in 1 2 3; do "$0" "$1" --help | true; done`, process.execPath, cliPath],
      { cwd: work.path, reject: false },
    );
    expect(stderr).toBe('');
  });
});
