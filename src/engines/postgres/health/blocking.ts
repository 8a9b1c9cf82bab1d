/** A session, or a prepared transaction, that waits for a lock or is waited for. */
export interface LockNode {
  /** `pid 12`, or the gid of a prepared transaction as a literal. */
  readonly name: string;
  readonly pid: number | null;
  readonly gid: string | null;
  readonly waits: boolean;
  /** How long it waits, or is in the state it is in. */
  readonly seconds: number;
  readonly who: string;
  readonly query: string;
  /** What it waits for, or what of all that is waited for it holds. */
  readonly lock: string | null;
  /** `name` of one that it waits behind; a row each. */
  readonly behind: string | null;
}

export interface BlockingTree {
  /** Who waits for nobody and holds up the most, with the number of those behind. */
  readonly root: LockNode | null;
  readonly blocked: number;
  /** Roots first, everyone after the one it waits behind. */
  readonly order: readonly { readonly node: LockNode; readonly depth: number }[];
}

/** Who holds up whom, from one row an edge. Pure. */
export function blockingTree(rows: readonly LockNode[]): BlockingTree {
  const nodes = new Map(rows.map((row) => [row.name, row]));
  const behind = new Map<string, Set<string>>();
  for (const { name, behind: blocker } of rows)
    if (blocker !== null && nodes.has(blocker))
      behind.set(blocker, (behind.get(blocker) ?? new Set()).add(name));
  const roots = [...nodes.values()]
    .filter(({ waits }) => !waits)
    .map((node) => ({ node, blocked: reached(node.name, behind).size - 1 }))
    .toSorted((a, b) => b.blocked - a.blocked);
  const order: { node: LockNode; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (name: string, depth: number): void => {
    const node = nodes.get(name);
    if (!node || seen.has(name)) return;
    seen.add(name);
    order.push({ node, depth });
    for (const next of behind.get(name) ?? []) visit(next, depth + 1);
  };
  for (const { node } of roots) visit(node.name, 0);
  // Left are those that wait in a circle, or behind one that is gone by now.
  for (const name of nodes.keys()) visit(name, 0);
  const [first] = roots;
  return { root: first?.node ?? null, blocked: first?.blocked ?? 0, order };
}

function reached(from: string, behind: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const seen = new Set([from]);
  for (const name of seen) for (const next of behind.get(name) ?? []) seen.add(next);
  return seen;
}
