/** What TKEStack's keyMatchCustom answers, or what happens to the process that asks it. */
export type OriginalMatch = boolean | 'hangs' | 'panics';

/** keyMatchCustom of TKEStack, to the letter. */
export function originalMatch(pattern: string, input: string): OriginalMatch {
  const text = originalText(pattern.toLowerCase());
  if (text === undefined) {
    return 'hangs';
  }
  try {
    return new RegExp(`^${text}$`).test(input.toLowerCase());
  } catch {
    return 'panics';
  }
}

/** The regular expression it makes of a pattern; undefined when it never ends making it. */
export function originalText(pattern: string): string | undefined {
  let text = pattern.replaceAll('*', '.*');
  while (text.includes('/:')) {
    const next = text.replace(/(.*):[^/]+(.*)/, '$1[^/]+$2');
    if (next === text) {
      return undefined;
    }
    text = next;
  }
  return text;
}
