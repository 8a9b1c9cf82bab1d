import { describe, expect, it } from 'vitest';
import { Interrupted, JemError } from '../src/errors.ts';
import { retrying } from '../src/retry.ts';
import { rejection } from './support/rejection.ts';

/** Fails as often as there are codes, then ends well. */
function failing(...codes: ('connection-refused' | 'permission-denied')[]) {
  const left = [...codes];
  return async (): Promise<string> => {
    const code = left.shift();
    if (code) throw new JemError(code, `failed by ${code}`, { why: 'So it is.' });
    return 'well';
  };
}

const signal = new AbortController().signal;

describe('retrying', () => {
  it('tries again what waiting can heal, with longer pauses', async () => {
    const pauses: number[] = [];
    const wish = {
      ...{ retries: 3, signal, firstPause: 1 },
      onRetry: (_: JemError, pause: number) => void pauses.push(pause),
    };
    const codes = ['connection-refused', 'connection-refused', 'connection-refused'] as const;
    expect(await retrying(failing(...codes), wish)).toBe('well');
    expect(pauses).toEqual([1, 2, 4]);
  });

  it('gives up when the tries are used up, and says how many there were', async () => {
    const wish = { retries: 1, signal, firstPause: 1, onRetry: () => {} };
    const error = await rejection(
      retrying(failing('connection-refused', 'connection-refused'), wish),
    );
    expect(error).toMatchObject({ code: 'connection-refused', exitCode: 3 });
    expect((error as JemError).details.why).toBe('Tried 2 times. So it is.');
  });

  it('throws at once what waiting cannot heal, and the first failure where none is wished', async () => {
    const wish = { retries: 5, signal, onRetry: () => expect.unreachable() };
    expect(await rejection(retrying(failing('permission-denied'), wish))).toMatchObject({
      code: 'permission-denied',
    });
    const once = await rejection(retrying(failing('connection-refused'), { ...wish, retries: 0 }));
    expect((once as JemError).details.why).toBe('So it is.');
  });

  it('ends while it waits when it is told to', async () => {
    const controller = new AbortController();
    const wish = {
      ...{ retries: 5, signal: controller.signal, firstPause: 60_000 },
      onRetry: () => controller.abort(new Interrupted('SIGINT')),
    };
    const error = await rejection(retrying(failing('connection-refused'), wish));
    expect(controller.signal.aborted).toBe(true);
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});
