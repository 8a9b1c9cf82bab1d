/** What a command or a webhook is told, as JSON. */
export interface Occasion {
  readonly format: 'jem-db-alert/1';
  readonly event: 'failure' | 'recovery';
  /** One line for people; chats that take webhooks show a field of this name. */
  readonly text: string;
  /** `backup create`. */
  readonly command: string;
  /** For the reader, without secrets; null: not known. */
  readonly database: string | null;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly failingSince: string;
  /** Runs that failed one after the other. */
  readonly failures: number;
  /** Null where a run was whole and its answer was no, and at a recovery. */
  readonly code: string | null;
  readonly hint: string | null;
}
