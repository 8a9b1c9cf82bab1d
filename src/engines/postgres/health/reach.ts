import type { HealthFacts } from './facts.ts';

/** Whether other machines can reach the server's port, as far as the server decides that. */
export function isRemote({ settings }: HealthFacts): boolean {
  const addresses = settings.get('listen_addresses')?.setting.split(',') ?? [];
  return addresses.some((one) => !/^\s*("?localhost"?|127\..*|::1|)\s*$/.test(one));
}

/** For WHERE: this address of a client is of another machine. */
export const isElsewhere = (address: string): string =>
  `(${address} IS NOT NULL AND NOT ${address} <<= '127.0.0.0/8'::inet AND ${address} <> '::1'::inet)`;
