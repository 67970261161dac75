/** TKEStack writes the empty string for "none". */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
