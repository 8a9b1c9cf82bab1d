import { JemError, type ErrorCode, type ErrorDetails } from '../../errors.ts';
import type { ServerMessage } from './server-message.ts';

/** Where an error happened, for its words. */
export interface ErrorAbout {
  /** The target for the reader. */
  readonly target: string;
  readonly user: string;
  readonly database: string;
  /** The one server in question: `db.example:5432`, or the path of a socket. */
  readonly server?: string;
}

export interface Facts {
  readonly message: ServerMessage;
  readonly about: ErrorAbout;
  /** The server for the reader. */
  readonly server: string;
  /** What the rule's `text` matched; `found(1)` is its first group. */
  readonly found: (group: number) => string;
}

type Words = string | ((facts: Facts) => string);

/** One kind of server message, and what an operator is told. The first that fits is taken. */
export interface Rule {
  /** SQLSTATEs, or classes of two characters. */
  readonly states: readonly string[];
  /** What the message must say besides. */
  readonly text?: RegExp;
  /** What its DETAIL must say besides. */
  readonly detail?: RegExp;
  readonly code: ErrorCode;
  readonly retryable?: boolean;
  readonly title: Words;
  readonly why: Words;
  readonly hint: Words;
}

/** The error of the first rule that fits; null: none does. */
export function applyRules(
  rules: readonly Rule[],
  message: ServerMessage,
  about: ErrorAbout,
  cause: unknown,
): JemError | null {
  const rule = rules.find((one) => fits(one, message));
  if (!rule) return null;
  const match = rule.text?.exec(message.message);
  const facts: Facts = {
    message,
    about,
    server: about.server ?? about.target,
    found: (group) => match?.[group] ?? '',
  };
  const say = (words: Words) => (typeof words === 'string' ? words : words(facts));
  return new JemError(rule.code, say(rule.title), {
    ...serverDetails(message, cause),
    why: say(rule.why),
    hint: say(rule.hint),
    ...(rule.retryable !== undefined && { retryable: rule.retryable }),
  });
}

/** The server's own words; what may be rows of the user goes to `data` alone. */
export function serverDetails(message: ServerMessage, cause: unknown): ErrorDetails {
  const { code, severity, detail, hint, where } = message;
  const text = withoutValues(message);
  const full = text === message.message ? undefined : message.message;
  const data = [full, detail, where].filter(Boolean);
  return {
    original: `${severity}: ${text} (SQLSTATE ${code})${hint ? `\nHINT: ${hint}` : ''}`,
    sqlState: code,
    ...(data.length > 0 && { data: data.join('\n') }),
    cause: withoutData(message, text, cause),
  };
}

/** A server's message without the values that it quotes where a value is wrong (class 22). */
export function withoutValues({ code, message }: ServerMessage): string {
  return code.startsWith('22') ? message.replace(/"[^"]*"/g, '"…"') : message;
}

/** The raw error carries DETAIL; whoever prints causes must not print rows. */
function withoutData({ code, severity }: ServerMessage, text: string, cause: unknown): unknown {
  const error = new Error(text);
  if (cause instanceof Error && cause.stack) {
    error.stack = `Error: ${text}${cause.stack.slice(cause.stack.search(/\n\s+at |$/))}`;
  }
  return Object.assign(error, { code, severity });
}

function fits(rule: Rule, message: ServerMessage): boolean {
  return (
    rule.states.some((state) => message.code.startsWith(state)) &&
    (rule.text?.test(message.message) ?? true) &&
    (rule.detail?.test(message.detail ?? '') ?? true)
  );
}
