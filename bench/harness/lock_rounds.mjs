// What `bin/bench locks` runs, what its rounds amount to, and what they should reach.
import { median } from "./statistics.mjs";
import { count, decimals } from "./table.mjs";

/// In the order of the table. `ours`: an error of it is a missed goal.
export const POLICIES = [
  { key: "deferred", name: "deferred" },
  { key: "busy_timeout", name: "busy_timeout 5000" },
  { key: "constant", name: "constant 1 ms" },
  { key: "fifo", name: "FIFO between processes", ours: true },
  { key: "lane_single", name: "lane, one by one", ours: true },
  { key: "lane", name: "lane", ours: true },
  { key: "bare_group", name: "bare C group commit" },
];

export const WRITERS = [1, 2, 4, 8, 16, 20, 32, 64];
export const SYNCHRONOUS = ["full", "normal"];

/// Where figures are compared: these rounds are repeated, those of 20 writers also last longer, because a p99.99 of a
/// second rests on too little.
const ALONE = 1;
const CROWD = 20;
const CROWD_LASTS = 3;
export const READS_LAST = 2;

const repeats = (writers, { repeat }) => (writers === ALONE || writers === CROWD ? repeat : 1);

/// Every round in its turn: the policies of a point follow each other, every second time in the other order, so that
/// what drifts hits all alike.
export function plan(options) {
  const rounds = [];
  for (let i = 0; i < options.repeat; ++i) {
    for (const synchronous of SYNCHRONOUS) {
      for (const writers of options.writers.filter((number) => i < repeats(number, options))) {
        const seconds = options.seconds * (writers === CROWD && !options.quick ? CROWD_LASTS : 1);
        const policies = i % 2 === 0 ? options.policies : [...options.policies].reverse();
        rounds.push(...policies.map((policy) => ({ policy, synchronous, writers, seconds })));
      }
    }
  }
  return rounds;
}

const FIGURES = ["per_second", "p50_us", "p99_us", "p9999_us", "max_us"];
const total = (values) => values.reduce((sum, each) => sum + each, 0);

/// The rounds of one policy, number of writers and synchronous level as one row: medians, and all errors.
function point_of(rounds) {
  const { policy, synchronous, writers, workers } = rounds[0];
  const of = (key) => rounds.map((round) => round[key]);
  return {
    policy,
    synchronous,
    writers,
    workers,
    ...Object.fromEntries(FIGURES.map((key) => [key, median(of(key))])),
    least_per_second: Math.min(...of("per_second")),
    most_per_second: Math.max(...of("per_second")),
    acknowledged: total(of("acknowledged")),
    errors: total(of("errors")),
    fairness: median(rounds.map((round) => round.slowest_worker / Math.max(1, round.fastest_worker))),
    problems: rounds.flatMap((round) => round.problems),
    rounds,
  };
}

/// Rows in the order of the table.
export function points_of(rounds) {
  const order = ({ policy, synchronous, writers }) =>
    [SYNCHRONOUS.indexOf(synchronous), writers, POLICIES.findIndex(({ key }) => key === policy)];
  return [...grouped(rounds).values()].map(point_of).sort((a, b) => compare(order(a), order(b)));
}

const key_of = ({ policy, synchronous, writers }) => `${policy} ${synchronous} ${writers}`;

function grouped(rounds) {
  const groups = new Map();
  for (const round of rounds) {
    if (!groups.has(key_of(round))) groups.set(key_of(round), []);
    groups.get(key_of(round)).push(round);
  }
  return groups;
}

function compare(a, b) {
  const i = a.findIndex((each, index) => each !== b[index]);
  return i < 0 ? 0 : a[i] - b[i];
}

/// How many times larger `figure` of one policy is than that of another: the median over rounds that ran side by side.
/// Null when one of them was left out.
function ratio_of(points, figure, synchronous, writers, above, below) {
  const find = (policy) => points.find((point) => key_of(point) === key_of({ policy, synchronous, writers }));
  const [upper, lower] = [find(above), find(below)];
  if (!upper || !lower) return null;
  return median(upper.rounds.map((round, i) => round[figure] / lower.rounds[i][figure]));
}

const at_least = (name, value, least) => ({ name, value, text: `>= ${least}`, reached: value >= least });
const at_most = (name, value, most) => ({ name, value, text: `<= ${most}`, reached: value <= most });

function write_goals(points) {
  const ratio = (...args) => ratio_of(points, ...args);
  return SYNCHRONOUS.flatMap((level) => {
    const [faster, calmer] = level === "full" ? [5, 100] : [1.4, 50];
    const at = `at ${level.toUpperCase()}, ${CROWD} writers`;
    return [
      at_least(`lane / busy_timeout, throughput ${at}`, ratio("per_second", level, CROWD, "lane", "busy_timeout"), faster),
      at_least(`busy_timeout / lane, p99.99 ${at}`, ratio("p9999_us", level, CROWD, "busy_timeout", "lane"), calmer),
      at_least(`lane / bare C group commit, throughput ${at}`, ratio("per_second", level, CROWD, "lane", "bare_group"), 0.85),
      at_most(`direct connection / lane, throughput at ${level.toUpperCase()}, a lone client`,
        ratio("per_second", level, ALONE, "busy_timeout", "lane"), 1.3),
    ];
  });
}

const READS = {
  point: { name: "point read, one closure each, in a request's snapshot", least: 0.85 },
  point_one_closure: { name: "point read, all in one closure" },
  list: { name: "100 rows into structs", least: 0.7 },
  views: { name: "100 rows into structs of views (RowSet)" },
};

const read_name = (read) => `${READS[read.name].name} / bare C`;

/// Each goal with what was reached; a figure that was not measured is left out.
export function goals_of(points, reads) {
  const ours = points.filter(({ policy }) => POLICIES.some(({ key, ours: own }) => own && key === policy));
  const errors = ours.length > 0 ? total(ours.map((point) => point.errors)) : null;
  const read_goals = reads
    .filter(({ name }) => READS[name].least !== undefined)
    .map((read) => at_least(read_name(read), read.ratio, READS[read.name].least));
  const goals = [...write_goals(points), at_most("errors of the lane and of FIFO", errors, 0), ...read_goals];
  return goals.filter(({ value }) => value !== null);
}

/// Figures for which no goal was set, to be shown with the others.
export function remarks_of(reads) {
  return reads
    .filter(({ name }) => READS[name].least === undefined)
    .map((read) => ({ name: read_name(read), value: read.ratio }));
}

export const COLUMNS = [
  "synchronous", "writers", "policy", "tx/s (min-max)", "p50 ms", "p99 ms", "p99.99 ms", "max ms", "errors", "fairness",
  "verdict",
];
export const RIGHT = new Set(["writers", "tx/s (min-max)", "p50 ms", "p99 ms", "p99.99 ms", "max ms", "errors", "fairness"]);

/// The cells of a row; a WRONG one has no figures that mean anything.
export function cells(point) {
  const range = `(${count(point.least_per_second)}-${count(point.most_per_second)})`;
  const ms = (key) => decimals(point[key] / 1000);
  const name = POLICIES.find(({ key }) => key === point.policy).name;
  return [
    point.synchronous.toUpperCase(),
    `${point.writers} ${point.workers}`,
    name,
    `${count(point.per_second)}${point.rounds.length > 1 ? ` ${range}` : ""}`,
    ms("p50_us"),
    ms("p99_us"),
    ms("p9999_us"),
    ms("max_us"),
    count(point.errors),
    point.fairness.toFixed(2),
    point.problems.length > 0 ? "WRONG" : "ok",
  ];
}
