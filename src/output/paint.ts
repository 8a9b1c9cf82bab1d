/** Colours text, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const asItIs = (text: string): string => text;

/** Leaves text as it is. */
export const noPaint: Paint = {
  bold: asItIs,
  dim: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  cyan: asItIs,
};

export interface ColourWishes {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  readonly noColor: boolean;
}

/**
 * Whether a stream is to be coloured: `--no-color`, then `NO_COLOR` (non-empty), then
 * `FORCE_COLOR`, then what the stream is. Decided here because chalk ignores `NO_COLOR`.
 */
export function wantsColour(stream: { readonly isTTY?: boolean }, wishes: ColourWishes): boolean {
  if (wishes.noColor || wishes.env['NO_COLOR']) return false;
  const forced = wishes.env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && wishes.env['TERM'] !== 'dumb';
}

/** chalk is loaded only where a stream is coloured. */
export async function paintFor(colour: boolean): Promise<Paint> {
  if (!colour) return noPaint;
  const { Chalk } = await import('chalk');
  return new Chalk({ level: 1 });
}
