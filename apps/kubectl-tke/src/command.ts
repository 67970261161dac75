import type { Answer } from './output/print.ts';

export type Options = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean; readonly short?: string }>
>;

/** What was typed, read. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** The last value of an option; undefined when it was not given. */
  value(option: string): string | undefined;
  values(option: string): readonly string[];
  is(option: string): boolean;
}

export interface CommandContext {
  readonly signal: AbortSignal;
  /** Says something beside the answer. */
  note(text: string): void;
  /** Reads standard input to its end. */
  readonly input: () => Promise<string>;
}

/** `true`: exit code 0. `false`: exit code 1. */
export interface Result extends Answer {
  readonly ok: boolean;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: Options;
  run(args: Arguments, context: CommandContext): Promise<Result>;
}
