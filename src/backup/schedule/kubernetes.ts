import type { Job } from './job.ts';
import { cronTime } from './when.ts';

/** The Secret that holds what must not be read, each under its variable's own name. */
const secretName = 'jem-db-backup';
/** A run that could not begin in this time, in seconds, is left out: the next one comes. */
const latest = 3600;

/** A CronJob. The image and the volumes' claims are the cluster's own; it names them. */
export function cronJob({ name, when, timeZone, commands, elsewhere }: Job): string {
  const { image, environment, secrets, volumes } = elsewhere;
  const [last, ...before] = commands.toReversed();
  const container = (step: string, words: readonly string[]): string[] => [
    `- name: ${step}`,
    `  image: ${quoted(image)}`,
    `  command: [${['jem-db', ...words].map(quoted).join(', ')}]`,
    '  env:',
    ...Object.entries({ ...environment, HOME: '/tmp' }).flatMap(([variable, value]) => [
      `    - name: ${variable}`,
      `      value: ${quoted(value)}`,
    ]),
    ...secrets.flatMap((variable) => [
      `    - name: ${variable}`,
      '      valueFrom:',
      `        secretKeyRef: {name: ${secretName}, key: ${variable}}`,
    ]),
    '  volumeMounts:',
    ...[{ name: 'tmp', folder: '/tmp' }, ...volumes].flatMap(({ name, folder }) => [
      `    - name: ${name}`,
      `      mountPath: ${quoted(folder)}`,
    ]),
    '  securityContext:',
    '    allowPrivilegeEscalation: false',
    '    readOnlyRootFilesystem: true',
    '    capabilities: {drop: [ALL]}',
  ];
  // Those of initContainers run one after the other, the next one when all is well.
  const first = before.toReversed().flatMap((words) => container(nameOf(words), words));
  const lines = [
    '# jem-db: kubectl apply -f FILE. Yours to name: the image, which must hold jem-db and the',
    "# programs of the database's server, and the claims of the volumes.",
    ...(secrets.length > 0
      ? [
          `# kubectl create secret generic ${secretName} --from-env-file=FILE`,
          `# FILE: ${secrets.join(', ')}, one NAME=value a line, without quotes.`,
        ]
      : []),
    'apiVersion: batch/v1',
    'kind: CronJob',
    'metadata:',
    `  name: ${name}`,
    'spec:',
    `  schedule: ${quoted(cronTime(when))}`,
    `  timeZone: ${quoted(timeZone)}`,
    '  concurrencyPolicy: Forbid',
    `  startingDeadlineSeconds: ${latest}`,
    '  successfulJobsHistoryLimit: 3',
    '  failedJobsHistoryLimit: 3',
    '  jobTemplate:',
    '    spec:',
    '      backoffLimit: 0',
    '      template:',
    '        spec:',
    '          restartPolicy: Never',
    '          securityContext: {runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000}',
    ...(first.length > 0 ? ['          initContainers:', ...first.map(deeper)] : []),
    '          containers:',
    ...container(nameOf(last ?? []), last ?? []).map(deeper),
    '          volumes:',
    '            - name: tmp',
    '              emptyDir: {}',
    ...volumes.flatMap(({ name }) => [
      `            - name: ${name}`,
      `              persistentVolumeClaim: {claimName: jem-db-${name}}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function nameOf(words: readonly string[]): string {
  return words
    .slice(
      0,
      words.findIndex((word) => word.startsWith('-')),
    )
    .join('-');
}

function deeper(line: string): string {
  return `            ${line}`;
}

/** A YAML text in double quotes is read as one of JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
