import { identifier, literal } from '../quoting.ts';

const plain = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;
/** Words with an underscore that SQL keeps for itself. */
const reserved = /^(current|session|system)_/;

/** A name as SQL has it; without quotes where it can do without, for those who read it. */
export function readable(name: string): string {
  return plain.test(name) && !reserved.test(name) ? name : identifier(name);
}

/** The same for a schema: `public` is an ordinary word there. */
export function readableSchema(name: string): string {
  return name === 'public' ? name : readable(name);
}

/** A text as SQL has it, without an escape's prefix where it needs none. */
export function readableText(text: string): string {
  return /^[\w-]+$/.test(text) ? `'${text}'` : literal(text);
}

/** Names for the reader: the first ones, and how many more there are. */
export function named(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
