import type { Client } from 'pg';
import type { Notice } from '../engine.ts';
import { isFarewell } from './last-words.ts';
import { type ServerMessage, serverMessage } from './server-message.ts';

/** Of one connection: a warning in a loop over all rows says nothing more. */
const most = 100;

/** Hands on what the server says beside its answers, such as a script's own RAISE WARNING. */
export function tellNotices(client: Client, tell: (notice: Notice) => void): void {
  let told = 0;
  client.on('notice', (raw) => {
    const said = serverMessage(raw);
    if (!said || isFarewell(said.code) || told > most) return;
    told++;
    if (told > most)
      tell({ level: 'warning', message: 'More of what the server said is left out.' });
    else tell({ level: levelOf(said), message: wordsOf(said) });
  });
}

const lesser: ReadonlySet<string> = new Set(['NOTICE', 'INFO', 'LOG', 'DEBUG']);

/** The server may speak another language (`lc_messages`); then class 01 of SQLSTATE tells a warning. */
function levelOf({ severity, code }: ServerMessage): Notice['level'] {
  if (severity === 'WARNING') return 'warning';
  return !lesser.has(severity) && code.startsWith('01') ? 'warning' : 'notice';
}

/** Without the detail, which may hold rows. */
function wordsOf({ message, hint }: ServerMessage): string {
  return [message, hint].filter(Boolean).join('\n');
}
