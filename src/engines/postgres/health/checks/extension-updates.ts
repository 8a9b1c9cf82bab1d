import { areMany, listingCheck } from '../listing.ts';

export const extensionUpdates = listingCheck<{ name: string; detail: string; mend: string }>({
  id: 'extension-updates',
  title: 'extensions older than what is installed',
  group: 'integrity',
  source: 'check_pgactivity, splinter 0022',
  level: 'warning',
  sql: () => `
    SELECT 'extension ' || quote_ident(name) AS name, format('%s, and %s is installed', installed_version, default_version) AS detail,
      format('ALTER EXTENSION %I UPDATE;', name) AS mend
    FROM pg_available_extensions WHERE installed_version <> default_version`,
  none: 'extensions are as new as the programs installed',
  some: (count, { name, detail }) =>
    `${areMany(count, 'extension is', 'extensions are')} behind: ${name} is ${detail}`,
  hint: ({ mend }) => mend,
});
