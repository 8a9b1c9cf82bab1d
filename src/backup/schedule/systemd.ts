import { howToKeepSecrets, type Job } from './job.ts';
import { calendarTime } from './when.ts';

export interface Units {
  readonly service: string;
  readonly timer: string;
}

/** A service that runs the job once, and the timer that starts it. */
export function systemdUnits(job: Job): Units {
  return { service: service(job), timer: timer(job) };
}

function service(job: Job): string {
  const { name, commands, folder, user, environment, program, secrets, environmentFile } = job;
  return unit([
    `# /etc/systemd/system/${name}.service`,
    ...howToKeepSecrets(job).map((comment) => `# ${comment}`),
    '[Unit]',
    'Description=Backup of a database by jem-db',
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${escaped(user)}`,
    `WorkingDirectory=${escaped(folder)}`,
    ...Object.entries(environment).map(
      ([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`,
    ),
    ...(secrets.length > 0 ? [`EnvironmentFile=${escaped(environmentFile)}`] : []),
    ...commands.map((words) => `ExecStart=${[...program, ...words].map(commandWord).join(' ')}`),
    'UMask=0077',
    'Nice=10',
  ]);
}

function timer({ name, when }: Job): string {
  return unit([
    `# /etc/systemd/system/${name}.timer`,
    `# systemctl daemon-reload && systemctl enable --now ${name}.timer`,
    '[Unit]',
    'Description=When jem-db backs a database up',
    '',
    '[Timer]',
    `OnCalendar=${calendarTime(when)}`,
    '# A night that the machine slept through is made up for.',
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function unit(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}

/** systemd reads % as the beginning of a specifier everywhere. */
function escaped(text: string): string {
  return text.replaceAll('%', '%%');
}

function unitWord(word: string): string {
  const text = escaped(word)
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n');
  return /^[\w@+=:,./%-]+$/.test(text) ? text : `"${text}"`;
}

/** In a command line $ would begin a variable. */
function commandWord(word: string): string {
  return unitWord(word.replaceAll('$', '$$$$'));
}
