import { connect } from 'node:net';
import { until } from '../../support/until.ts';

/** Waits until somebody listens at a port of 127.0.0.1. */
export async function untilListens(port: number): Promise<void> {
  await until(`somebody at port ${port}`, () => {
    return new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  });
}
