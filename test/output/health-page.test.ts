import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { healthPage, type HealthPage } from '../../src/output/health-page.ts';
import { temporaryFolder } from '../support/folders.ts';
import { toolThere } from '../support/optional-tools.ts';

const evil = `<script>alert("1")</script>&'`;
const at = Date.UTC(2026, 10, 20);

const health: HealthPage = {
  ...{
    database: evil,
    server: 'PostgreSQL 18.6',
    asOf: '2026-11-21T02:00:00.000Z',
    version: '1.0.0',
  },
  status: 'warning',
  checks: [
    {
      id: 'lag',
      title: evil,
      status: 'warning',
      summary: evil,
      hint: evil,
      objects: [{ name: evil, value: 1, detail: evil }],
    },
    { id: 'connections', title: 'slots', status: 'ok', summary: '5 of 100', hint: null },
  ],
  skipped: [{ id: 'slots', reason: evil }],
  connections: { states: [{ label: evil, value: 30, shown: '30' }], most: 100 },
  sizes: [
    { name: evil, bytes: 5e9 },
    { name: 'public.small', bytes: 1e3 },
  ],
  backups: {
    repository: evil,
    events: [
      { label: evil, at, row: 'logical', mark: 'full' },
      { label: 'b', at: at + 1e7, row: 'base', mark: 'bad' },
    ],
    stretches: [{ label: 'recoverable', from: at, to: at + 2e7, row: 'base' }],
  },
  slow: [{ text: evil, numbers: 'mean 3 s', plan: evil, noPlan: null, advice: [evil] }],
  slowNote: evil,
};

describe('the page of health', () => {
  const page = healthPage(health);

  it('needs nothing else, and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|url\(|@import|<[^>]*\bon\w+=/i);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('says what is not well before what is', () => {
    expect(page).toContain('wants to be looked after');
    expect(page.indexOf('What is not well')).toBeLessThan(page.indexOf('What is well'));
  });

  it('says what it could not read', () => {
    const bare = healthPage({
      ...health,
      connections: null,
      sizes: [],
      backups: null,
      slow: [],
      slowNote: null,
    });
    expect(bare).toContain('The repository could not be read');
    expect(bare).not.toContain('<svg');
    expect(
      healthPage({ ...health, backups: { repository: 'backups', events: [], stretches: [] } }),
    ).toContain('There is no backup');
  });

  it.runIf(toolThere('chromium'))(
    'is shown by a real browser, in light and dark, with nothing to complain of',
    async () => {
      await using folder = await temporaryFolder();
      const good = join(folder.path, 'good.html');
      await writeFile(good, page);
      const { console: words, shots } = await inBrowser(folder.path, good);
      expect(words).toEqual([]);
      expect(shots[0]).not.toEqual(shots[1]);
      // A page with a fault is seen to have one, else the test above could not fail.
      const bad = join(folder.path, 'bad.html');
      await writeFile(bad, page.replace('<main>', '<main><script>1</script>'));
      expect((await inBrowser(folder.path, bad)).console).not.toEqual([]);
    },
  );
});

/** What the browser has to say of a page, and what it draws in light and in dark: the background. */
async function inBrowser(
  folder: string,
  file: string,
): Promise<{ console: string[]; shots: string[] }> {
  const lines: string[] = [];
  const shots: string[] = [];
  for (const scheme of ['light', 'dark']) {
    const shot = join(folder, `${scheme}.png`);
    const { stderr } = await execa(
      'chromium',
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...['--enable-logging=stderr', '--v=0', `--user-data-dir=${join(folder, scheme)}`],
        ...(scheme === 'dark' ? ['--force-dark-mode'] : []),
        ...['--window-size=800,1200', `--screenshot=${shot}`, `file://${file}`],
      ],
      { env: { HOME: folder }, timeout: 50_000 },
    );
    lines.push(...stderr.split('\n').filter((line) => line.includes('CONSOLE')));
    const { stdout } = await execa('sha256sum', [shot]);
    shots.push(stdout.split(' ')[0] ?? '');
  }
  return { console: lines, shots };
}
