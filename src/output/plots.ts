import { escaped } from './html.ts';

/** Width of every plot, in CSS pixels; a narrower window scales it. */
const width = 720;
const rowHeight = 24;
const labelWidth = 220;
/** For the value behind a bar. */
const valueWidth = 90;

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** As it is shown. */
  readonly shown: string;
}

/** Bars under each other, from the left; `most` is the end of the scale. */
export function barPlot(title: string, bars: readonly Bar[], most?: number): string {
  const scale = most ?? Math.max(...bars.map(({ value }) => value), 1);
  const room = width - labelWidth - valueWidth;
  const rows = bars.map(({ label, value, shown }, at) => {
    const y = at * rowHeight;
    const length = Math.max(1, Math.min(1, value / scale) * room);
    return `<g><title>${escaped(`${label}: ${shown}`)}</title>
<text x="${labelWidth - 8}" y="${y + 16}" text-anchor="end">${escaped(shortened(label))}</text>
<rect x="${labelWidth}" y="${y + 4}" width="${length.toFixed(1)}" height="16" rx="2" fill="var(--mark)"/>
<text x="${(labelWidth + length + 6).toFixed(1)}" y="${y + 16}">${escaped(shown)}</text></g>`;
  });
  return figure(title, rows.join('\n'), bars.length * rowHeight);
}

export interface Event {
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly row: string;
  /** `full`: proved; `hollow`: not yet; `bad`: its proof failed. */
  readonly mark: 'full' | 'hollow' | 'bad';
}

export interface Stretch {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly row: string;
}

/** Events on lines of time, one line a row, from `from` to `to`, in milliseconds since 1970. */
export function timeline(
  title: string,
  {
    events,
    stretches,
  }: { readonly events: readonly Event[]; readonly stretches: readonly Stretch[] },
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const rows = [...new Set([...events, ...stretches].map(({ row }) => row))];
  const room = width - labelWidth - 20;
  const x = (at: number): string =>
    (labelWidth + ((at - from) / Math.max(to - from, 1)) * room).toFixed(1);
  const y = (row: string): number => rows.indexOf(row) * rowHeight + 14;
  const height = rows.length * rowHeight;
  const lines = [
    ...rows.map(
      (row) =>
        `<text x="${labelWidth - 12}" y="${y(row) + 4}" text-anchor="end">${escaped(shortened(row))}</text><line x1="${labelWidth}" x2="${width - 20}" y1="${y(row)}" y2="${y(row)}" stroke="var(--line)"/>`,
    ),
    ...stretches.map(
      ({ label, from: begin, to: end, row }) =>
        `<line x1="${x(begin)}" x2="${x(end)}" y1="${y(row)}" y2="${y(row)}" stroke="var(--mark)" stroke-width="6" stroke-opacity=".45"><title>${escaped(label)}</title></line>`,
    ),
    ...events.map(({ label, at, row, mark }) => dot(x(at), y(row), mark, label)),
    `<text x="${labelWidth}" y="${height + 16}">${escaped(day(from))}</text>`,
    `<text x="${width - 20}" y="${height + 16}" text-anchor="end">${escaped(day(to))}</text>`,
  ];
  return figure(title, lines.join('\n'), height + 22);
}

function dot(x: string, y: number, mark: Event['mark'], label: string): string {
  const colour = mark === 'bad' ? 'var(--bad)' : 'var(--mark)';
  const fill = mark === 'hollow' ? 'Canvas' : colour;
  return `<circle cx="${x}" cy="${y}" r="5" fill="${fill}" stroke="${colour}" stroke-width="2"><title>${escaped(label)}</title></circle>`;
}

function figure(title: string, content: string, height: number): string {
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
${content}
</svg></figure>`;
}

function day(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function shortened(label: string): string {
  return label.length <= 32 ? label : `${label.slice(0, 31)}…`;
}
