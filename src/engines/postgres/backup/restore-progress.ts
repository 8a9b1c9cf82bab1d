import type { Progress } from '../../backing-up.ts';
import type { ArchiveEntry } from './archive.ts';

/** What making an index or checking a constraint takes, beside loading the rows of its table. */
const share = 0.3;

const builds: ReadonlySet<string> = new Set([
  ...['INDEX', 'CONSTRAINT', 'FK CONSTRAINT', 'MATERIALIZED VIEW DATA'],
]);

export interface FollowedRestore {
  /** Takes one line, and answers whether it is anything else than progress. */
  line(text: string): boolean;
  /** Tells that all is done: a line that two processes wrote into each other tells nothing. */
  end(): void;
}

/** Turns what pg_restore says into progress, in bytes of the dump's files. */
export function followRestore(
  entries: readonly ArchiveEntry[],
  tell: (progress: Progress) => void,
): FollowedRestore {
  const weights = weightsOf(entries);
  const heavy = entries.filter(({ id }) => (weights.get(id) ?? 0) > 0);
  const total = [...weights.values()].reduce((sum, one) => sum + one, 0);
  let done = 0;
  let inJobs = false;
  let current: number | undefined;

  const finish = (id: number | undefined, what: string) => {
    const weight = id === undefined ? undefined : weights.get(id);
    if (id === undefined || weight === undefined) return;
    weights.delete(id);
    done += weight;
    if (weight > 0) tell({ done, total, what });
  };
  const heard = (line: string): boolean => {
    inJobs ||= line.startsWith('pg_restore: entering main parallel loop');
    const ended = /^pg_restore: finished item (\d+) (.*)/.exec(line);
    if (ended) finish(Number(ended[1]), ended[2] ?? '');
    // Without jobs only beginnings are told.
    const begun = inJobs ? null : beginning.exec(line);
    if (begun) {
      const [, kind = '', name = ''] = begun;
      finish(current, `${kind} ${name}`);
      current = entryCalled(heavy, kind === 'data' ? 'TABLE DATA' : kind, name)?.id;
    }
    return !chatter.test(line);
  };
  return {
    // Its processes write to one pipe, and may do so into the same line.
    line: (text) => text.split(/(?=pg_restore: )/).filter(heard).length > 0,
    end: () => tell({ done: total, total, what: 'restored' }),
  };
}

const beginning = /^pg_restore: (?:creating|processing) (.*?)(?: for table)? "(.*)"$/;

const chatter =
  /^pg_restore: (?:$|connecting|processing|creating|executing|dropping|launching|finished|entering|implied|restoring|restored|starting|disabling|enabling|skipping|setting|reconnect|\d)/;

function weightsOf(entries: readonly ArchiveEntry[]): Map<number, number> {
  const rows = new Map<number, number>();
  for (const { kind, dependsOn, bytes } of entries)
    if (kind === 'TABLE DATA') for (const table of dependsOn) rows.set(table, bytes);
  return new Map(
    entries.map(({ id, kind, dependsOn, bytes }) => {
      const built = Math.max(0, ...dependsOn.map((table) => rows.get(table) ?? 0)) * share;
      return [id, builds.has(kind) ? Math.round(built) : bytes];
    }),
  );
}

/** pg_restore says `schema.name`; the list has a space there. */
function entryCalled(
  entries: readonly ArchiveEntry[],
  kind: string,
  name: string,
): ArchiveEntry | undefined {
  const plain = (text: string) => text.replaceAll('.', ' ');
  const wanted = `${plain(name)} `;
  return entries.find((one) => one.kind === kind && plain(one.text).startsWith(wanted));
}
