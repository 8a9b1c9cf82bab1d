import type { When } from './when.ts';

/** A job that some scheduler is to run; nothing in it is a secret. */
export interface Job {
  /** Of the units, and in the cluster: another kind of job has another. */
  readonly name: string;
  readonly when: When;
  /** IANA name of the time zone that `when` is meant in. */
  readonly timeZone: string;
  /** Node.js, and the file that it runs. */
  readonly program: readonly [node: string, script: string];
  /** Arguments of jem-db, one command after the other: the next one runs when all is well. */
  readonly commands: readonly (readonly string[])[];
  readonly folder: string;
  readonly user: string;
  /** What has to be set on this machine, beside what the folder's own files set. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables with a secret in them: their values come from `environmentFile`. */
  readonly secrets: readonly string[];
  /** Private file that holds them as `NAME='value'`. */
  readonly environmentFile: string;
  readonly elsewhere: Elsewhere;
}

/** The same job where nothing of this machine is there. */
export interface Elsewhere {
  readonly image: string;
  /** Every setting, whatever it came from. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  /** Folders that must be there, each with the name of its volume. */
  readonly volumes: readonly { readonly name: string; readonly folder: string }[];
}

/** How the user makes the file that holds the secrets; empty where none is needed. */
export function howToKeepSecrets({ secrets, environmentFile }: Job): string[] {
  if (secrets.length === 0) return [];
  return [
    `Reads ${secrets.join(', ')} from ${environmentFile}.`,
    `That file: one NAME='value' a line, owned by you, chmod 600; it is not made for you.`,
  ];
}
