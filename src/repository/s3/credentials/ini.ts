/** Sections of a file as `~/.aws/config`, each with its names and values. */
export type Sections = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Reads such a file; a nested value belongs to no name, and `[profile x]` is `[x]`. */
export function parseIni(text: string): Sections {
  const sections = new Map<string, Record<string, string>>();
  let current: Record<string, string> | null = null;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const title = /^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/.exec(line)?.[1];
    if (title !== undefined) {
      current = sections.get(title) ?? {};
      sections.set(title, current);
      continue;
    }
    const [, name, value = ''] = /^(\w[\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (current && name !== undefined) current[name.toLowerCase()] = value.replace(/\s[#;].*$/, '');
  }
  return sections;
}
