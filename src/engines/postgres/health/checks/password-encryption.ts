import { postgresCheck } from '../check.ts';

/** A module that judges passwords sees those alone that are sent as they are. */
const modules = ['passwordcheck', 'credcheck', 'passwordcheck_extra'];

export const passwordEncryption = postgresCheck({
  id: 'password-encryption',
  title: 'how new passwords are kept',
  group: 'security',
  unit: null,
  thresholds: null,
  source: 'CIS 6; the manual, password_encryption',
  sql: () => 'SELECT 1',
  judge(_rows, { settings }) {
    const method = settings.get('password_encryption')?.setting ?? '';
    const preloaded = settings.get('shared_preload_libraries')?.setting;
    const module = modules.find((one) => preloaded?.includes(one));
    const judged =
      preloaded === undefined
        ? ''
        : module
          ? `; ${module} judges them`
          : '; no module judges how good they are';
    return {
      status: method === 'scram-sha-256' ? 'ok' : 'warning',
      value: null,
      summary: `new passwords are kept as ${method}${judged}`,
      hint: "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf(); -- then set the passwords anew",
    };
  },
});
