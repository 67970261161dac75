const plain = /^[A-Za-z0-9_@%+:,./-]+$/;

/** One word for a POSIX shell. Everything within single quotes is literal; a quote itself has to be left out of them. */
export function quote(word: string): string {
  if (word.includes('\0')) {
    throw new TypeError('a word of a command cannot hold a NUL character');
  }
  return plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function commandLine(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

const longest = 200;

/** For people: one line, scripts and long arguments cut short. */
export function displayed(words: readonly string[]): string {
  const line = words.map((word) => quote(word.includes('\n') ? '…' : word)).join(' ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
