/** A value that a setting should have; sizes are in bytes. */
export interface Wanted {
  readonly setting: string;
  readonly value: number | string;
  /** `near`: within a tolerance. `raise`: more is left alone. `exact`: nothing else. */
  readonly rule: 'near' | 'raise' | 'exact';
  readonly why: string;
}

/** What the formulas need to know of the server itself. */
export interface ServerTraits {
  readonly major: number;
  readonly linux: boolean;
  readonly maxConnections: number;
  /** Bytes of one file of the write-ahead log. */
  readonly segment: number;
}

/** Within a tolerance. */
export function near(setting: string, value: number, why: string): Wanted {
  return { setting, value, rule: 'near', why };
}

/** At least; more is left alone. */
export function raise(setting: string, value: number, why: string): Wanted {
  return { setting, value, rule: 'raise', why };
}

/** That, or what does as well. */
export function exact(setting: string, value: number | string, why: string): Wanted {
  return { setting, value, rule: 'exact', why };
}
