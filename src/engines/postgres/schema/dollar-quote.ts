/** A text between dollar quotes that it does not hold itself: code stays as it was written. */
export function dollarQuote(text: string, tag: string): string {
  for (let attempt = 0; ; attempt += 1) {
    const quote = attempt === 0 ? `$${tag}$` : `$${tag}${attempt}$`;
    // A text that ends in the quote's beginning would close it early.
    if (!`${text}$`.includes(quote)) return `${quote}${text}${quote}`;
  }
}
