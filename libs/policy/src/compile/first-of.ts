/** The first text that is there and not empty: TKEStack's manifests write the empty string for "none". */
export function firstOf(...texts: readonly (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== '') ?? '';
}
