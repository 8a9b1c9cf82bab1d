import type { WriteStream } from 'node:tty';

type Out = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns' | 'rows'>>;

/** xterm's control sequences: the alternate screen, the cursor, and erasing to the end. */
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const eraseLine = '\u001b[K';
const eraseBelow = '\u001b[J';

/** What is drawn over and over in one place; leaves the terminal as it was. */
export interface Screen {
  /** What is to be written to show `text` instead of what was shown before. */
  frame(text: string): string;
  /** What is to be written to have the terminal as it was; empty where it is. */
  end(): string;
}

/** A terminal is drawn over; anywhere else one text comes behind the other. */
export function newScreen(out: Out): Screen {
  let entered = false;
  return {
    frame(text) {
      if (out.isTTY !== true) return `${text}\n`;
      const begin = entered ? '' : enter;
      entered = true;
      const lines = fitting(text.trimEnd().split('\n'), out.rows ?? 24);
      return `${begin}${home}${lines.map((line) => line + eraseLine).join('\r\n')}${eraseBelow}`;
    },
    end() {
      const was = entered;
      entered = false;
      return was ? leave : '';
    },
  };
}

function fitting(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines`];
}
