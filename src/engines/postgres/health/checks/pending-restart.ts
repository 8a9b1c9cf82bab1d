import { postgresCheck } from '../check.ts';
import { counted } from '../words.ts';

export const pendingRestart = postgresCheck({
  id: 'pending-restart',
  title: 'settings that wait for a restart',
  group: 'settings',
  unit: null,
  thresholds: { warning: 1, critical: null },
  source: 'check_pgactivity',
  needs: 'pg_monitor',
  silentWithout: 'readAllSettings',
  sql: () => 'SELECT',
  judge(_rows, { settings }) {
    const names = [...settings]
      .filter(([, { pendingRestart: waits }]) => waits)
      .map(([name]) => name);
    return {
      status: null,
      value: names.length,
      summary:
        names.length === 0
          ? 'no setting waits for a restart'
          : `${counted(names.length, 'setting was', 'settings were')} changed and will be other after a restart: ${names.join(', ')}`,
      hint: 'Restart the server when it suits, not when it crashes: pg_ctl restart -m fast; what the files say: SELECT * FROM pg_file_settings WHERE NOT applied;',
      objects: names.map((name) => ({
        name,
        value: null,
        detail: `${settings.get(name)?.setting}${settings.get(name)?.unit ?? ''} until then`,
      })),
    };
  },
});
