import type { Advice } from '../../tuning.ts';
import { quoted } from './advise.ts';
import type { ServerSettings } from './settings.ts';

const library = 'pg_stat_statements';

/**
 * Preloading what counts statements, where it is installed and not loaded. In ALTER SYSTEM each
 * library is a literal of its own: one literal with commas would be the name of one file, and the
 * server would not start again. Null: it is loaded, not installed, or nobody may see. Pure.
 */
export function preloadAdvice({ byName, statementsInstalled }: ServerSettings): Advice | null {
  const setting = byName.get('shared_preload_libraries');
  if (!setting || !statementsInstalled) return null;
  const text = setting.pendingRestart ? (setting.inFiles ?? setting.value) : setting.value;
  const loaded = librariesOf(text);
  if (loaded.includes(library)) return null;
  const wanted = [...loaded, library];
  return {
    setting: setting.name,
    current: setting.value === '' ? "''" : setting.value,
    source: setting.source,
    advised: wanted.join(', '),
    why: 'without it nobody can tell which statements take the time; then: CREATE EXTENSION pg_stat_statements',
    appliedBy: 'restart',
    statement: `ALTER SYSTEM SET ${setting.name} = ${wanted.map((each) => quoted(each)).join(', ')};`,
    line: `${setting.name} = ${quoted(wanted.map(listed).join(', '))}`,
    note: null,
  };
}

/** As SplitDirectoriesString of varlena.c reads it: quotes around what has blanks or commas. */
function librariesOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"|([^\s,"][^,]*)/g)]
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '')
    .filter((each) => each !== '');
}

function listed(name: string): string {
  return /[\s,"]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
