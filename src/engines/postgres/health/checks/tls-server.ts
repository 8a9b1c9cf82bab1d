import { postgresCheck } from '../check.ts';
import { isOn } from '../facts.ts';
import { isRemote } from '../reach.ts';

export const tlsServer = postgresCheck({
  id: 'tls-server',
  title: 'a server that offers no TLS',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 6.8; jem-db',
  sql: () => 'SELECT 1',
  judge(_rows, facts) {
    const remote = isRemote(facts);
    const on = isOn(facts, 'ssl');
    return {
      status: on || !remote ? 'ok' : 'critical',
      value: null,
      summary: on
        ? 'the server offers TLS'
        : remote
          ? `the server listens on ${facts.settings.get('listen_addresses')?.setting} and offers no TLS: passwords and data cross the network as they are`
          : 'the server offers no TLS, and listens on this machine alone',
      hint: 'Put server.crt and server.key (mode 0600) into the data folder; ALTER SYSTEM SET ssl = on; SELECT pg_reload_conf();',
    };
  },
});
