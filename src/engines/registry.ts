import type { Engine } from './engine.ts';

interface RegistryLine {
  readonly title: string;
  /** URL schemes, without `+driver`. */
  readonly schemes: readonly string[];
  /** Texts without a scheme that this engine reads. */
  readonly claims: (text: string) => boolean;
  readonly load: () => Promise<Engine>;
}

const keyValue = /^\s*([a-z_]+\s*=|$)/;

/** Every engine, one line each; the first to claim a text without a scheme reads it. */
export const registry: readonly RegistryLine[] = [
  {
    title: 'PostgreSQL',
    schemes: ['postgres', 'postgresql'],
    claims: (text) => keyValue.test(text),
    load: async () => (await import('./postgres/engine.ts')).postgres,
  },
  {
    title: 'SQLite',
    schemes: ['sqlite', 'file'],
    claims: () => true,
    load: async () => (await import('./sqlite/engine.ts')).sqlite,
  },
];
