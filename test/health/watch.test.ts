import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { newScreen } from '../../src/output/screen.ts';
import { onTerminal } from '../support/tty.ts';
import { cliPath } from '../support/cli.ts';
import { project, twoMigrations } from '../support/project.ts';
import { until } from '../support/until.ts';

describe('health --watch', () => {
  it('draws over itself, leaves the terminal as it was, and ends with what it saw last', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const line = `${process.execPath} ${cliPath} health --watch --every 100ms --only foreign-keys & sleep 3; kill -INT $!; wait $!; echo "exit $?"`;
    const { output } = await onTerminal(['sh', '-c', `set -m; ${line}`], {
      cwd: work.path,
      env: { DATABASE_URL: 'app.db' },
    });
    const [, drawn = '', after = ''] = output.split(/\u001b\[\?1049[hl]/);
    expect(drawn.split('\u001b[H').length).toBeGreaterThan(3);
    expect(drawn).toMatch(/app\.db.*\r\n.* UTC, ok for /s);
    expect(after).toContain('ok  foreign-keys');
    expect(after).toContain('exit 0');
  });

  it('writes one look after the other where there is no terminal, until it is stopped', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const child = work.start(['health', '--watch', '--every', '50ms', '--only', 'foreign-keys']);
    let seen = '';
    child.stdout.on('data', (text: Buffer) => (seen += text.toString()));
    await until('three looks', () => seen.split('1 check: 1 ok').length > 3);
    child.kill('SIGINT');
    const { exitCode } = await child;
    expect(exitCode).toBe(0);
    expect(seen).not.toContain('\u001b');
  });

  it('ends when nobody reads any more', async () => {
    await using work = await project(twoMigrations, 'app.db');
    await work.run(['migrate', 'up']);
    const line = `"${process.execPath}" "${cliPath}" health --watch --every 50ms --only foreign-keys | head -1`;
    const { stdout } = await execa('sh', ['-c', line], {
      cwd: work.path,
      env: { DATABASE_URL: 'app.db' },
      timeout: 20_000,
    });
    expect(stdout).toContain('app.db');
  });

  it('refuses what it cannot draw', async () => {
    await using work = await project(twoMigrations, 'app.db');
    const { exitCode, stderr } = await work.run(['health', '--watch', '--format', 'nagios']);
    expect([exitCode, stderr]).toEqual([3, '']);
    const html = await work.run(['health', '--watch', '--output', 'x']);
    expect([html.exitCode, html.stderr]).toEqual([2, expect.stringContaining('takes no --format')]);
  });
});

describe('a screen', () => {
  it('shows what fits into the terminal, and says how much does not', () => {
    const screen = newScreen({ isTTY: true, rows: 3 } as never);
    const frame = screen.frame('1\n2\n3\n4\n5\n');
    expect(frame).toContain('… 3 more lines');
    expect(frame.split('\r\n')).toHaveLength(3);
    expect(screen.end()).toContain('\u001b[?1049l');
    expect(screen.end()).toBe('');
  });
});
