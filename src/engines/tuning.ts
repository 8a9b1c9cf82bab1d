export const diskKinds = ['ssd', 'hdd', 'san', 'nvme'] as const;
export type DiskKind = (typeof diskKinds)[number];

export const workloads = ['web', 'oltp', 'dw', 'mixed', 'desktop'] as const;
export type Workload = (typeof workloads)[number];

/** What a server has to run on; null: not known. */
export interface Machine {
  /** Bytes of memory. */
  readonly ram: number | null;
  readonly cpus: number | null;
  readonly disk: DiskKind | null;
}

/** What settings are to be held against. */
export interface TuningWish extends Machine {
  readonly ram: number;
  readonly workload: Workload;
  /** How many connections are wanted; null: as many as are allowed now. */
  readonly connections: number | null;
  /** Bytes that the write-ahead log may fill; null: nobody said. */
  readonly walDisk: number | null;
}

/** Whether a server runs on this machine, so that its memory and its disk can be seen. */
export type ServerPlace =
  | { readonly here: true; readonly pid: number | 'self'; readonly dataFolder: string | null }
  | { readonly here: false; readonly why: string };

/** One setting that had better be another. Nothing of it is applied. */
export interface Advice {
  readonly setting: string;
  /** As the server shows it; null where only the application's connection has it. */
  readonly current: string | null;
  /** Where that came from: `default`, `configuration file`, `command line`. */
  readonly source: string | null;
  readonly advised: string;
  readonly why: string;
  /** `connection`: by every connection for itself. */
  readonly appliedBy: 'reload' | 'restart' | 'connection' | 'database';
  /** SQL that makes it so. */
  readonly statement: string;
  /** The line for the server's configuration file; null where it has none. */
  readonly line: string | null;
  /** What stands in the way of it, or comes with it; null: nothing. */
  readonly note: string | null;
}

/** A setting of one database or one role, which wins over the server's. */
export interface SettingOverride {
  readonly setting: string;
  readonly value: string;
  /** `database app`, `role web`, `role web in database app`. */
  readonly of: string;
}

/** Bytes that a server could take if everybody took what is allowed. */
export interface MemoryUse {
  readonly total: number;
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
}

/** A setting about which nothing could be said. */
export interface Unjudged {
  readonly setting: string;
  readonly why: string;
}

/** What came out of holding the settings against the wish. */
export interface Tuned {
  readonly advice: readonly Advice[];
  /** Settings that are near enough to what would be advised. */
  readonly fitting: readonly string[];
  readonly unjudged: readonly Unjudged[];
  /** Settings that were changed already and wait for a restart. */
  readonly pendingRestart: readonly string[];
  readonly overrides: readonly SettingOverride[];
  /** Now, and with the advice taken; null where the engine has no such sum. */
  readonly memory: { readonly now: MemoryUse; readonly advised: MemoryUse } | null;
  /** How many connections the memory would do for with the advice; null where that is no question. */
  readonly connectionsThatFit: number | null;
  /** Whether this role on this server may run the statements. */
  readonly applicable: boolean;
  /** Why not, and what to do instead. */
  readonly whyNot: string | null;
}

export interface ServerTuning {
  place(): Promise<ServerPlace>;
  advise(wish: TuningWish): Promise<Tuned>;
}
