import type { Warning } from '../engine.ts';
import { refusal } from './refusal.ts';

/** What a text says of the file, before any of it is checked against the disk. */
export interface Reading {
  /** As SQLite would get it; empty or `:memory:`: a database in memory. */
  readonly name: string;
  readonly params: ReadonlyMap<string, string>;
  readonly warnings: readonly Warning[];
}

/** Reads `file:path?mode=ro&…` as SQLite itself does. Throws `bad-database-url`. */
export function readFileUri(text: string): Reading {
  const body = text.slice('file:'.length);
  const [beforeFragment = '', ...fragment] = withoutAuthority(body).split('#');
  const query = beforeFragment.indexOf('?');
  const path = query < 0 ? beforeFragment : beforeFragment.slice(0, query);
  const params = new Map<string, string>();
  if (query >= 0)
    for (const piece of beforeFragment.slice(query + 1).split('&')) {
      const [name = '', ...value] = piece.split('=');
      if (name !== '') params.set(decode(name), decode(value.join('=')));
    }
  return { name: decode(path), params, warnings: fragment.length > 0 ? [fragmentWarning] : [] };
}

const fragmentWarning: Warning = {
  code: 'uri-fragment-ignored',
  message: 'SQLite ignores what follows the # in a file: URI. Write a # in the file name as %23.',
};

/** `file://localhost/path` and `file:///path` name no other machine; anything else would. */
function withoutAuthority(body: string): string {
  if (!body.startsWith('//')) return body;
  const slash = body.indexOf('/', 2);
  const authority = slash < 0 ? body.slice(2) : body.slice(2, slash);
  if (authority === '' || authority === 'localhost') return slash < 0 ? '' : body.slice(slash);
  throw refusal(
    'The file: URI names a host',
    'What stands between two slashes and the next one is a host, and SQLite opens local files only.',
    'Write file:x.db for a relative path, or file:///folder/x.db for an absolute one.',
  );
}

/** SQLite ends a part at %00. */
const decode = (raw: string): string => percentDecode(raw.replace(/%00.*$/s, ''));

/** Decodes; a % without two hexadecimal digits stays as it is, for SQLite as for Python. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
