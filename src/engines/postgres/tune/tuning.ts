import type { Advice, ServerTuning, Tuned, TuningWish, Unjudged } from '../../tuning.ts';
import type { PostgresSession } from '../session.ts';
import { type Judged, judge } from './advise.ts';
import { wantedSettings } from './formulas.ts';
import { connectionsWithin, worstCase } from './memory.ts';
import { placeOf } from './place.ts';
import { preloadAdvice } from './preload.ts';
import { numeric, readSettings, type ServerSettings } from './settings.ts';

/** Advice for the settings of a PostgreSQL server. */
export function postgresTuning(session: PostgresSession): ServerTuning {
  return {
    place: () => placeOf(session),
    advise: async (wish) => tuned(wish, await readSettings(session)),
  };
}

function tuned(wish: TuningWish, server: ServerSettings): Tuned {
  const judged = wantedSettings(wish, traitsOf(server)).map((wanted) => judge(wanted, server));
  const preload = preloadAdvice(server);
  const advice = [...judged.flatMap(adviceIn), ...(preload ? [preload] : [])];
  const names = new Set(advice.map(({ setting }) => setting));
  return {
    advice,
    fitting: judged.flatMap((one) => (one.kind === 'fitting' ? [one.setting] : [])),
    unjudged: [
      ...judged.flatMap((one) => (one.kind === 'unjudged' ? [one.unjudged] : [])),
      ...leftOut(wish),
    ],
    pendingRestart: [...server.byName.values()]
      .filter((setting) => setting.pendingRestart)
      .map(({ name }) => name),
    overrides: server.overrides.filter(
      ({ setting }) => names.has(setting) || setting.endsWith('work_mem'),
    ),
    memory: { now: worstCase(server), advised: worstCase(server, advice) },
    connectionsThatFit: connectionsWithin(wish.ram, server, advice),
    applicable: server.whyNot === null,
    whyNot: server.whyNot,
  };
}

const adviceIn = (one: Judged): Advice[] => (one.kind === 'advice' ? [one.advice] : []);

function leftOut({ cpus, disk }: TuningWish): Unjudged[] {
  return [
    ...(disk === null
      ? ['random_page_cost', 'effective_io_concurrency'].map((setting) => ({
          setting,
          why: 'the kind of the disk is not known: say it with --disk',
        }))
      : []),
    ...(cpus === null
      ? [{ setting: 'max_parallel_workers', why: 'the CPUs are not known: say it with --cpus' }]
      : []),
  ];
}

function traitsOf({ byName, major, linux }: ServerSettings) {
  const value = (name: string): number => {
    const setting = byName.get(name);
    return setting ? (numeric(setting) ?? 0) : 0;
  };
  return {
    major,
    linux,
    maxConnections: value('max_connections'),
    segment: value('wal_segment_size'),
  };
}
