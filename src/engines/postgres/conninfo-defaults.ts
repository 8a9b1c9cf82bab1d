import type { Environment } from '../engine.ts';
import { keywords } from './conninfo-keywords.ts';
import { serviceValues } from './service-file.ts';

type Origin = 'url' | 'service-file' | 'environment';

/** A parameter's value and who gave it. */
interface Given {
  readonly value: string;
  readonly from: Origin;
}

export type Values = ReadonlyMap<string, Given>;

/** Fills in what the text leaves out, as libpq does: from the service, then from the environment. */
export async function fillIn(
  text: ReadonlyMap<string, string>,
  environment: Environment,
): Promise<Values> {
  const { env } = environment;
  const values = new Map<string, Given>();
  const add = (name: string, value: string | undefined, from: Origin): void => {
    if (value !== undefined && !values.has(name)) values.set(name, { value, from });
  };

  for (const [name, value] of text) add(name, value, 'url');
  const service = text.get('service') ?? env['PGSERVICE'];
  if (service !== undefined)
    for (const [name, value] of await serviceValues(service, environment))
      add(name, value, 'service-file');
  for (const [name, variable] of keywords) if (variable) add(name, env[variable], 'environment');

  if (env['PGREQUIRESSL']?.startsWith('1')) add('sslmode', 'require', 'environment');
  return values;
}
