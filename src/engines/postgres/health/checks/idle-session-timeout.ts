import { idleTimeout } from '../idle-timeout.ts';

export const idleSessionTimeout = idleTimeout({
  id: 'idle-session-timeout',
  title: 'sessions that may idle for ever',
  setting: 'idle_session_timeout',
  harm: 'a session that somebody left stays open',
});
