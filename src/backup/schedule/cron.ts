import { howToKeepSecrets, type Job } from './job.ts';
import { cronTime } from './when.ts';

/** Lines for `crontab -e`: cron mails what a job prints, so these print only what went wrong. */
export function crontab(job: Job): string {
  const { when, folder, environment, program, commands, secrets, environmentFile } = job;
  const set = Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`);
  const [node, script] = program;
  const secret = secrets.length > 0 ? [`--env-file=${environmentFile}`] : [];
  const steps = [
    `cd ${shellWord(folder)}`,
    ...(set.length > 0 ? [`export ${set.join(' ')}`] : []),
    ...commands.map((words) => [node, ...secret, script, ...words].map(shellWord).join(' ')),
  ];
  const comments = [
    'jem-db: append to what `crontab -e` shows.',
    ...howToKeepSecrets(job),
    'Prints nothing when all is well.',
  ];
  // cron takes % for the end of the command, quoted or not.
  const line = `${cronTime(when)} ${steps.join(' && ').replaceAll('%', String.raw`\%`)}`;
  return `${[...comments.map((comment) => `# ${comment}`), line].join('\n')}\n`;
}

function shellWord(word: string): string {
  if (/^[\w@+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
