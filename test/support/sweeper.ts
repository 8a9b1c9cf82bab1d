import { spawn } from 'node:child_process';
import { once } from 'node:events';

// A server of a test that timed out, or of a run that was killed, is known by the folder of the
// run in its command line. Backends end by themselves once their server is gone.
const script = `
cat > /dev/null
for process in /proc/[0-9]*; do
  if grep -qsF "$RUN_FOLDER" "$process/cmdline"; then kill -9 "\${process#/proc/}"; fi
done
for try in 1 2 3 4 5 6 7 8 9; do
  rm -rf "$RUN_FOLDER" && exit 0
  sleep 0.2
done 2> /dev/null
rm -rf "$RUN_FOLDER"
`;

/**
 * Starts the process that outlives this one, whatever ends it, then ends all processes that name
 * `folder` and removes the folder. The returned function does it now and waits for it.
 */
export function startSweeper(folder: string): () => Promise<void> {
  const child = spawn('sh', ['-c', script], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], RUN_FOLDER: folder },
    detached: true,
  });
  child.unref();
  return async () => {
    const exit = once(child, 'exit');
    child.ref();
    child.stdin.end();
    await exit;
  };
}
