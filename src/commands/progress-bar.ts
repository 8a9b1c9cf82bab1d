import type { Progress } from '../engines/backing-up.ts';
import { progressLine } from '../output/progress.ts';
import type { Report } from './context.ts';

/** How often the line may change, in milliseconds. */
const pause = 100;

/** Shows how far a long work is, on a terminal. */
export function progressBar(report: Report): (progress: Progress) => void {
  const started = performance.now();
  let shown = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (now - shown < pause) return;
    shown = now;
    report.progress(progressLine(progress, now - started));
  };
}
