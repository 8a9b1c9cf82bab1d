import { statOrNull } from '../../file-facts.ts';
import { sqliteCheck } from '../check.ts';

export const fileLinks = sqliteCheck({
  id: 'file-links',
  title: 'further names of the file',
  group: 'integrity',
  unit: null,
  thresholds: { warning: null, critical: 1 },
  source: 'sqlite.org/howtocorrupt.html, 2.5',
  look({ file }) {
    const links = file === null ? null : statOrNull(file)?.nlink;
    if (typeof links !== 'number') return { notApplicable: 'no file' };
    return {
      status: null,
      value: links - 1,
      summary:
        links === 1
          ? 'the file has one name'
          : `the file has ${links} names (hard links): whoever opens it by another one does not see its -wal or -journal`,
      hint: `Keep one of them: find / -xdev -samefile '${file}' lists them.`,
    };
  },
});
