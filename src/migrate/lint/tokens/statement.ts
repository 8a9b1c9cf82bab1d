import type { Word } from './words.ts';

/** What rules need of a statement, told from its tokens. Names are as written. */
export type Told =
  | { readonly kind: 'create-table'; readonly table: string }
  | { readonly kind: 'create-view'; readonly table: string }
  | {
      readonly kind: 'create-part';
      readonly part: 'INDEX' | 'TRIGGER';
      readonly name: string;
      readonly table: string;
    }
  | { readonly kind: 'drop-table'; readonly table: string }
  | { readonly kind: 'drop-part'; readonly name: string }
  | { readonly kind: 'rename-table'; readonly table: string; readonly to: string }
  | {
      readonly kind: 'rename-column';
      readonly table: string;
      readonly column: string;
      readonly to: string;
    }
  | { readonly kind: 'drop-column'; readonly table: string; readonly column: string }
  | {
      readonly kind: 'add-column';
      readonly table: string;
      readonly column: string;
      readonly rest: readonly Word[];
    }
  | {
      readonly kind: 'change-rows';
      readonly word: 'UPDATE' | 'DELETE';
      readonly table: string;
      readonly all: boolean;
    }
  | { readonly kind: 'pragma'; readonly name: string; readonly value: string | null };

/** Reads the tokens of one statement; null where no rule asks for it. */
export function tell(words: readonly Word[]): Told | null {
  const [first] = words;
  switch (first?.upper) {
    case 'CREATE':
      return created(words);
    case 'DROP':
      return dropped(words);
    case 'ALTER':
      return altered(words);
    case 'UPDATE':
    case 'DELETE':
      return changed(words, first.upper);
    case 'PRAGMA':
      return pragma(words);
    default:
      return null;
  }
}

interface Named {
  readonly name: string;
  /** Index of the token behind it. */
  readonly next: number;
}

/** A name, its schema left out, behind IF [NOT] EXISTS. */
function nameAt(words: readonly Word[], index: number): Named {
  let at = index;
  while (/^(IF|NOT|EXISTS)$/.test(words[at]?.upper ?? '')) at++;
  const qualified = words[at + 1]?.upper === '.';
  const named = qualified ? at + 2 : at;
  return { name: words[named]?.name ?? '', next: named + 1 };
}

function created(words: readonly Word[]): Told | null {
  const at = words.findIndex(({ upper }) => /^(TABLE|VIEW|INDEX|TRIGGER)$/.test(upper));
  const kind = at > 0 && at < 4 ? words[at]?.upper : undefined;
  const { name, next } = nameAt(words, at + 1);
  if (kind === 'TABLE') return { kind: 'create-table', table: name };
  if (kind === 'VIEW') return { kind: 'create-view', table: name };
  if (kind !== 'INDEX' && kind !== 'TRIGGER') return null;
  const on = words.findIndex(({ upper }, index) => index >= next && upper === 'ON');
  return { kind: 'create-part', part: kind, name, table: nameAt(words, on + 1).name };
}

function dropped(words: readonly Word[]): Told | null {
  const kind = words[1]?.upper;
  const { name } = nameAt(words, 2);
  if (kind === 'TABLE') return { kind: 'drop-table', table: name };
  return kind === 'INDEX' || kind === 'TRIGGER' ? { kind: 'drop-part', name } : null;
}

function altered(words: readonly Word[]): Told | null {
  if (words[1]?.upper !== 'TABLE') return null;
  const { name: table, next } = nameAt(words, 2);
  const verb = words[next]?.upper;
  if (verb === 'RENAME' && words[next + 1]?.upper === 'TO' && words.length === next + 3)
    return { kind: 'rename-table', table, to: words[next + 2]?.name ?? '' };
  const at = words[next + 1]?.upper === 'COLUMN' ? next + 2 : next + 1;
  const column = words[at]?.name ?? '';
  if (verb === 'RENAME')
    return { kind: 'rename-column', table, column, to: words[at + 2]?.name ?? '' };
  if (verb === 'DROP') return { kind: 'drop-column', table, column };
  return verb === 'ADD' ? { kind: 'add-column', table, column, rest: words.slice(at + 1) } : null;
}

function changed(words: readonly Word[], word: 'UPDATE' | 'DELETE'): Told {
  const from = words[1]?.upper === 'OR' ? 3 : 1;
  const { name: table } = nameAt(words, words[from]?.upper === 'FROM' ? from + 1 : from);
  const limited = words
    .slice(2)
    .some(
      ({ upper, depth }, index) =>
        depth === 0 &&
        (/^(WHERE|LIMIT)$/.test(upper) || (upper === 'FROM' && word === 'UPDATE' && index > 0)),
    );
  return { kind: 'change-rows', word, table, all: !limited };
}

function pragma(words: readonly Word[]): Told {
  const { name, next } = nameAt(words, 1);
  const sets = words[next]?.upper === '=' || words[next]?.kind === 'open';
  return {
    kind: 'pragma',
    name: name.toLowerCase(),
    value: sets ? (words[next + 1]?.name ?? '') : null,
  };
}
