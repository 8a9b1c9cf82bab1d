import { describe, expect, it } from 'vitest';
import { proofPage } from '../../src/output/proof-page.ts';
import type { Manifest, Proof } from '../../src/repository/manifest.ts';

const evil = `<script>alert("1")</script>&'`;
const proof: Proof = {
  ...{ format: 'jem-db-proof/1', backup: '20261121T020000Z-3f2a', verified: false },
  ...{ startedAt: '2026-11-21T03:00:00.000Z', finishedAt: '2026-11-21T03:00:09.000Z' },
  ...{ jemDbVersion: '0.1.0', restoredInto: evil, limits: [evil], serverVersion: '18.6' },
  restoreMs: 3400,
  checks: [
    { id: 'content', ok: false, detail: evil },
    { id: 'amcheck', ok: null, detail: 'not installed' },
  ],
  tables: [
    {
      ...{ schema: null, name: 'good', match: true },
      ...{ expected: { rows: 1234, hash: 'aa' }, actual: { rows: 1234, hash: 'aa' } },
    },
    { schema: 'app', name: evil, match: false, expected: { rows: 2, hash: 'bb' }, actual: null },
  ],
};
const manifest: Manifest = {
  ...{ format: 'jem-db-backup/1', id: proof.backup, kind: 'logical', engine: 'sqlite' },
  ...{ database: evil, serverVersion: '3.53.0', snapshot: 's', jemDbVersion: '0.1.0' },
  ...{ startedAt: '2026-11-21T02:00:00.000Z', finishedAt: '2026-11-21T02:00:01.000Z' },
  ...{ tools: {}, ledger: null, facts: {}, files: [], encryption: null },
  schema: { engine: 'sqlite', serverVersion: '3.53.0', objects: [] },
  content: {
    ...{ method: 'm/1', tables: [], sequences: [] },
    leftOut: [{ type: 'table', schema: null, name: evil, why: evil }],
  },
};

describe('the page of a proof', () => {
  const page = proofPage(proof, manifest);

  it('needs nothing else, and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|url\(|@import|\bon\w+=/i);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('writes every name as text', () => {
    expect(page).not.toContain('<script>');
    expect(
      page.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;&#39;/g),
    ).toHaveLength(7);
  });

  it('says what differs first, with the counts of both sides', () => {
    expect(page).toContain('This backup is not proved.');
    expect(page).toContain('Tables: 2, 1 of them different');
    expect(page.indexOf('not there')).toBeLessThan(page.indexOf('1,234'));
    expect(page).toContain('not seen');
  });

  it('says that it is proved when it is', () => {
    const good = proofPage({ ...proof, verified: true }, manifest);
    expect(good).toContain('This backup was restored, and holds what the database held.');
    expect(good).toContain('<title>Proved: ');
  });
});
