import { columns } from '../output/text.ts';
import { withoutSecrets } from '../secrets.ts';
import { type SettingName, settingSpecs } from '../setting-specs.ts';
import { command } from './command.ts';
import { parseDirectUrl, sourceOfDatabase, targetOf } from './context.ts';

interface ConfigResult {
  readonly settings: readonly { name: string; value: string | null; from: string }[];
  /** What was understood of the database's name; never a secret. */
  readonly connection: Readonly<Record<string, unknown>>;
}

const names = Object.keys(settingSpecs) as SettingName[];

export const config = command<ConfigResult>({
  name: 'config',
  summary: 'the effective settings, and where each came from',
  description: 'Shows what was understood of the database URL. Secrets stay hidden.',
  settings: names.filter((name) => !['database', 'databaseFile', 'connectTimeout'].includes(name)),
  examples: [['jem-db config -d "$DATABASE_URL" --json', 'is the URL read as it was meant?']],
  async run(_input, context) {
    const target = await targetOf(context);
    const { raw } = context.settings;
    const direct = raw.directUrl.value === null ? null : await parseDirectUrl(context);
    const shown = (name: SettingName): string | null => {
      if (name === 'database') return target.display;
      if (name === 'directUrl') return direct?.display ?? null;
      const { value } = raw[name];
      if (value === null) return null;
      return name === 'webhook' ? hookShown(value) : withoutSecrets(value);
    };
    return {
      settings: names.map((name) => ({
        name,
        value: shown(name),
        from: name === 'database' ? sourceOfDatabase(raw) : raw[name].from,
      })),
      connection: target.understood,
    };
  },
  render({ settings, connection }, paint) {
    const rows = settings.map(({ name, value, from }) => [name, value ?? '-', from]);
    const understood = Object.entries(connection)
      .map(([name, value]) => [name, readable(value)])
      .filter(([, value]) => value !== '');
    return [
      paint.bold('Settings'),
      ...columns(rows),
      '',
      paint.bold('Connection'),
      ...columns(understood),
      '',
    ].join('\n');
  },
});

/** Where a webhook leads to; what stands behind the host is its secret. */
function hookShown(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  return origin === 'null' ? '***' : `${origin}/***`;
}

/** A value for people; empty where there is nothing in it. */
function readable(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (Array.isArray(value)) return value.map(readable).join(', ');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isHost(value)) return hostAndPort(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}=${readable(one)}`)
    .join(', ');
}

interface Host {
  readonly host: string;
  readonly hostaddr?: string;
  readonly port: number;
}

function isHost(value: object): value is Host {
  return 'host' in value && 'port' in value;
}

function hostAndPort({ host, hostaddr, port }: Host): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return `${bracketed}:${port}${hostaddr ? ` (${hostaddr})` : ''}`;
}
