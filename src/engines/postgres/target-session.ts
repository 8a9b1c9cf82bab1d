import { JemError } from '../../errors.ts';
import type { Connected } from './attempt.ts';
import type { Conninfo } from './conninfo.ts';
import { hostLabel } from './hosts.ts';
import { untilAborted } from './until-aborted.ts';

const wishes = ['any', 'read-write', 'read-only', 'primary', 'standby'] as const;
export type SessionWish = (typeof wishes)[number];

interface ServerState {
  readonly standby: boolean;
  readonly readOnly: boolean;
}

/** What each pass over the hosts looks for, by `target_session_attrs`. */
export function passesOf({ params }: Conninfo): readonly SessionWish[] {
  const wanted = params['target_session_attrs'];
  if (wanted === 'prefer-standby') return ['standby', 'any'];
  return [wishes.find((wish) => wish === wanted) ?? 'any'];
}

/** Why this server is not the one that is looked for; null: it is. */
export async function unsuitable(
  connected: Connected,
  wish: SessionWish,
  signal: AbortSignal,
): Promise<JemError | null> {
  if (wish === 'any') return null;
  const state = reported(connected) ?? (await untilAborted(asked(connected), signal));
  if (isAsWished(wish, state)) return null;
  const server = hostLabel(connected.attempt.host);
  const kind = state.standby ? 'a standby' : state.readOnly ? 'read-only' : 'a primary';
  return new JemError('no-suitable-host', `${server} is ${kind}, and ${wish} is asked for`, {
    why: `target_session_attrs=${wish} does not take this server.`,
    hint: 'Name all servers as host1,host2, or ask for another kind with target_session_attrs.',
  });
}

function isAsWished(wish: SessionWish, { standby, readOnly }: ServerState): boolean {
  if (wish === 'primary') return !standby;
  if (wish === 'standby') return standby;
  return wish === 'any' || (wish === 'read-only') === readOnly;
}

/** PostgreSQL 14 and newer say it at the start. */
function reported({ parameters }: Connected): ServerState | null {
  const standby = parameters.get('in_hot_standby');
  const readOnly = parameters.get('default_transaction_read_only');
  if (standby === undefined || readOnly === undefined) return null;
  return { standby: standby === 'on', readOnly: readOnly === 'on' || standby === 'on' };
}

async function asked({ client }: Connected): Promise<ServerState> {
  const { rows } = await client.query<{ standby: boolean; readOnly: boolean }>(
    `select pg_is_in_recovery() as standby,
      current_setting('transaction_read_only') = 'on' as "readOnly"`,
  );
  return rows[0] ?? { standby: false, readOnly: false };
}
