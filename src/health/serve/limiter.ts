export interface Limiter {
  /** Whether a request from `address` may be served at `now`, in milliseconds of any clock. */
  take(address: string, now: number): boolean;
}

/** So many addresses are remembered; the one that has been silent longest goes first. */
const mostAddresses = 1000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket for each address: `rate` a second, and twice as many at once. Pure but for its state. */
export function newLimiter(rate: number): Limiter {
  const buckets = new Map<string, Bucket>();
  const most = rate * 2;
  return {
    take(address, now) {
      const bucket = buckets.get(address) ?? { tokens: most, filledAt: now };
      buckets.delete(address);
      buckets.set(address, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > mostAddresses && oldest !== undefined) buckets.delete(oldest);
      bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.filledAt) / 1000) * rate);
      bucket.filledAt = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
