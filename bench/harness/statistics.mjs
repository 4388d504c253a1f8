// Few numbers, so medians: a mean would follow the one repetition that something else disturbed.

export function median(values) {
  const sorted = values.filter((value) => value !== null && value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const KEYS = ["per_second", "p50_ms", "p99_ms", "p9999_ms", "max_ms", "cpu_us"];

/// The repetitions of one variant as one figure each, with the range of the rate.
export function summary(loads) {
  const of = (key) => loads.map((load) => load[key]);
  const rates = of("per_second");
  return {
    ...Object.fromEntries(KEYS.map((key) => [key, median(of(key))])),
    least_per_second: Math.min(...rates),
    most_per_second: Math.max(...rates),
    requests: of("requests").reduce((sum, each) => sum + each, 0),
  };
}

/// How much of a rival's rate was reached: the median over pairs that ran right after each other, because the machine
/// changes its pace within minutes.
export function paired_ratio(loads, rival_loads) {
  return median(loads.map((load, i) => load.per_second / rival_loads[i].per_second));
}
