import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { cliPath } from '../support/cli.ts';
import { project, twoMigrations } from '../support/project.ts';
import { schemaErrors } from '../support/schema.ts';
import { jemDbOnTerminal } from '../support/tty.ts';

const escape = '\u001B';

describe('the output', () => {
  it('is one JSON document that fits the published schema, for every command', async () => {
    await using work = await project(twoMigrations);
    await work.write({ 'queries.sql': 'select * from users where name = ?; drop table users' });
    const lines = [
      'config',
      'completion bash',
      'migrate status',
      'migrate up',
      'migrate up',
      'migrate status --check',
      'schema verify',
      'schema dump',
      'schema dump --format json',
      'schema diff migrations@0001 ./jem.db',
      'schema diff nowhere.json ./jem.db',
      'migrate check',
      'migrate lint --all',
      'migrate lint --rules',
      'migrate up --dry-run',
      'backup list',
      'backup wal',
      'backup wal push nothing',
      'backup wal fetch 00000002.history x',
      'backup --verify',
      'backup create --compress gzip:9',
      'restore-verify latest',
      'backup list',
      'backup show latest',
      'backup check --all',
      'health',
      'health checks',
      'health check --only backups,integrity-check,column-types,drift',
      'health check --only nonsense',
      'health check --threshold backup-age=1h:2h --fail-on never',
      'backup prune --keep-last 1 --dry-run',
      'backup prune --keep-last 1',
      'backup prune --keep-last 1 --yes',
      'backup schedule --every 6h',
      'restore latest --into ./copy.db',
      'restore latest --into ./copy.db',
      'restore latest --into ./copy.db --clean --yes',
      'restore nothing --into ./copy.db',
      'health tune',
      'health tune --ram 1MB',
      'health pool',
      'pool config',
      'roles',
      'roles apply --dry-run',
      'roles verify',
      'health security',
      'health slow --statements ./queries.sql',
      'health slow --statements nothing.sql',
      'health slow',
      'wait',
      'migrate down',
      'migrate up --dry-run',
      'schema verify --scratch recorded',
      'migrate repair',
      'migrate new more',
      'migrate down --to 0 --yes',
      'migrate baseline 0001',
      'migrate rebase 0002',
      'migrate baseline 0001',
      'migrate adopt',
      'migrate down --to 0',
      'migrate up --step x',
      'nonsense',
      'completion tcsh',
      'health -d postgres://u:pw@127.0.0.1:1/x',
      'health checks -d postgres://u:pw@127.0.0.1:1/x',
      'wait -d postgres://u:pw@127.0.0.1:1/x --tries 1',
      'migrate up --to 99',
    ];
    for (const line of lines) {
      const result = await work.run([...line.split(' '), '--json']);
      const document = result.json();
      expect(schemaErrors(document), `${line}: ${result.stdout}`).toEqual([]);
      expect(document.exitCode, line).toBe(result.exitCode);
      expect(document.ok, line).toBe(result.exitCode === 0);
    }
  });

  it('has no colour in a pipe, with NO_COLOR, with --no-color and on a dumb terminal', async () => {
    await using work = await project(twoMigrations);
    expect((await work.run(['migrate', 'up'])).stdout).not.toContain(escape);
    const plain: [string[], Record<string, string>][] = [
      [[], { NO_COLOR: '1' }],
      [['--no-color'], {}],
      [[], { TERM: 'dumb' }],
    ];
    for (const [args, env] of plain) {
      const options = { cwd: work.path, env };
      const { output } = await jemDbOnTerminal(['migrate', 'status', ...args], options);
      expect(output).toContain('0001_users');
      expect(output).not.toContain(`${escape}[3`);
    }
  });

  it('has colour on a terminal, and where FORCE_COLOR asks for it', async () => {
    await using work = await project(twoMigrations);
    await work.run(['migrate', 'up', '--step', '1']);
    const { output } = await jemDbOnTerminal(['migrate', 'status'], { cwd: work.path });
    expect(output).toContain(`${escape}[3`);
    const forced = await work.run(['migrate', 'status'], { env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain(`${escape}[3`);
  });

  it('ends on a terminal without a width', async () => {
    await using work = await project(twoMigrations);
    const { exitCode, output } = await jemDbOnTerminal(['migrate', 'up'], {
      cwd: work.path,
      columns: 0,
    });
    expect(exitCode).toBe(0);
    expect(output.length).toBeLessThan(10_000);
  });

  it.each(['bash', 'zsh', 'fish'])('completes in %s', async (shell) => {
    await using work = await project();
    const { stdout, exitCode } = await work.run(['completion', shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('migrate');
  });

  it('completes commands and options in a real bash', async () => {
    const ask = async (line: string): Promise<string> => {
      const words = line.split(' ');
      const script = `eval "$("$0" "$1" completion bash)"; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _jem_db; echo "\${COMPREPLY[@]}"`;
      return (await execa('bash', ['-c', script, process.execPath, cliPath])).stdout;
    };
    expect(await ask('jem-db mig')).toBe('migrate');
    expect(await ask('jem-db migrate st')).toBe('status');
    expect(await ask('jem-db migrate up --ste')).toBe('--step');
    expect(await ask('jem-db completion f')).toBe('fish');
    expect(await ask('jem-db migrate up -d x.db --st')).toBe('--step');
    expect(await ask('jem-db migrate up --database = up --st')).toBe('--step');
    expect(await ask('jem-db migrate -d postgres : //h/up do')).toBe('down');
    expect(await ask('jem-db migrate --allow')).toBe('--allow-out-of-order');
    expect(await ask('jem-db migrate new a_table --lay')).toBe('--layout');
    expect(await ask('jem-db migrate up -d ')).toBe('');
  });
});
