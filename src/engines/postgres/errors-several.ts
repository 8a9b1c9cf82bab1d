import { JemError } from '../../errors.ts';

/** One error for all tries of one host: its addresses, with TLS and without. */
export function failureOfHost(failures: readonly JemError[]): JemError {
  const told = failures.findLast((one) => one.class !== 'tls') ?? failures.at(-1);
  if (!told) return new JemError('host-not-found', 'The host has no address');
  // That a server without TLS was asked for it first, under sslmode=prefer, is no news.
  const telling = failures.filter((one) => one === told || one.code !== 'tls-not-offered');
  const words = [...new Set(telling.flatMap(({ details }) => details.original ?? []))];
  return words.length > 1 ? told.with({ original: words.join('\n') }) : told;
}

/** One error for all hosts of the target. */
export function failureOfHosts(failures: readonly JemError[]): JemError {
  const last = failures.at(-1);
  if (!last) return new JemError('host-not-found', 'The target names no host');
  if (failures.length === 1) return last;
  const told =
    failures.find(({ code }) => code === 'no-suitable-host') ??
    failures.find(({ retryable }) => retryable) ??
    last;
  return new JemError(told.code, `None of the ${failures.length} servers could be used`, {
    ...told.details,
    why: failures.map(({ message }) => message).join('; '),
    original: failures.map(({ details, message }) => details.original ?? message).join('\n'),
    cause: told,
  });
}
