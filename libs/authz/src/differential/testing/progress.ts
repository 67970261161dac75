/** What a child of the long run tells. */
export type Progress =
  | { readonly kind: 'running' | 'done'; readonly decisions: number; readonly seen: Readonly<Record<string, number>> }
  | { readonly kind: 'failed'; readonly message: string };
