/** TKEStack writes the empty text where nothing is given. */
export function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
