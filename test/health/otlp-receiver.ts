import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/folders.ts';
import { until } from '../support/until.ts';

/** A real receiver of OTLP: VictoriaMetrics. */
export interface OtlpReceiver extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** What it has stored, by the name of the metric: labels and the last value. */
  stored(): Promise<ReadonlyMap<string, readonly Sample[]>>;
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Its program; null where none is named. Throws where JEM_DB_TEST_TOOLS demands it. */
export function otlpProgram(): string | null {
  const program = process.env['JEM_DB_TEST_OTLP'];
  if (program) return program;
  if (process.env['JEM_DB_TEST_TOOLS'] !== 'required') return null;
  throw new Error('JEM_DB_TEST_OTLP names no receiver: .ci/otlp-receiver prints one');
}

export async function startOtlpReceiver(program: string): Promise<OtlpReceiver> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    program,
    [`-storageDataPath=${join(folder.path, 'data')}`, `-httpListenAddr=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  await until('the receiver', () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    endpoint: `${url}/opentelemetry`,
    async stored() {
      await fetch(`${url}/internal/force_flush`);
      const answer = await fetch(
        `${url}/api/v1/export?match[]=${encodeURIComponent('{__name__=~".+"}')}`,
      );
      const lines = (await answer.text()).split('\n').filter((line) => line !== '');
      const samples = new Map<string, Sample[]>();
      for (const line of lines) {
        const { metric, values } = JSON.parse(line) as Exported;
        const { __name__: name = '', ...labels } = metric;
        samples.set(name, [...(samples.get(name) ?? []), { labels, value: values.at(-1) ?? NaN }]);
      }
      return samples;
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGKILL');
      await once(server, 'exit');
      await folder[Symbol.asyncDispose]();
    },
  };
}

interface Exported {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}
