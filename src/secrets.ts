/**
 * The text with what looks like a password hidden: what stands between `:` and `@` of anything
 * like a URL, and the value of a `password` keyword. For words that a user may have typed in the
 * wrong place.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(:\/{1,2}[^\s/:@]*):[^\s]*@/g, '$1:***@')
    .replace(/\b((?:ssl)?password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s'&"]+)/gi, '$1***');
}
