// What decides whether a row of `bin/bench locks` is believed, and how it is drawn: node --test bench/harness
import assert from "node:assert/strict";
import { test } from "node:test";
import { curves_svg, decades, escaped, spread } from "./curves.mjs";
import { cells, goals_of, plan, points_of, remarks_of } from "./lock_rounds.mjs";

function round(changes = {}) {
  return {
    policy: "lane", synchronous: "full", writers: 20, workers: "threads", per_second: 1000, acknowledged: 500, errors: 0,
    p50_us: 100, p99_us: 1000, p9999_us: 10_000, max_us: 20_000, slowest_worker: 20, fastest_worker: 40, problems: [],
    ...changes,
  };
}

const busy = (changes) => round({ policy: "busy_timeout", workers: "processes", ...changes });
const goal = (goals, text) => goals.find(({ name }) => name.includes(text));

test("policies take turns, the second time in the other order; only 1 and 20 writers are repeated, 20 last longer", () => {
  const rounds = plan({ repeat: 2, writers: [1, 4, 20], policies: ["lane", "deferred"], seconds: 1 });
  const full = rounds.filter(({ synchronous }) => synchronous === "full");
  assert.deepEqual(full.map(({ policy, writers }) => `${policy} ${writers}`), [
    "lane 1", "deferred 1", "lane 4", "deferred 4", "lane 20", "deferred 20",
    "deferred 1", "lane 1", "deferred 20", "lane 20",
  ]);
  assert.deepEqual(full.map(({ seconds }) => seconds), [1, 1, 1, 1, 3, 3, 1, 1, 3, 3]);
  assert.equal(rounds.length, 2 * full.length);
});

test("rounds become rows of medians, ordered by level, writers and policy, and no error is lost", () => {
  const points = points_of([
    round({ per_second: 900, errors: 1 }), busy(), round({ per_second: 3000, errors: 2 }), round({ per_second: 1000 }),
    round({ synchronous: "normal", writers: 1 }), round({ writers: 2 }),
  ]);
  assert.deepEqual(points.map(({ policy, synchronous, writers }) => `${synchronous} ${writers} ${policy}`),
    ["full 2 lane", "full 20 busy_timeout", "full 20 lane", "normal 1 lane"]);
  const [, , lane] = points;
  assert.equal(lane.per_second, 1000);
  assert.equal(lane.errors, 3);
  assert.equal(lane.fairness, 0.5);
});

test("a row says its range when it was repeated, and WRONG when something was", () => {
  const [row] = points_of([round(), round({ per_second: 1500, problems: ["3 rows, 4 acknowledged"] })]);
  assert.deepEqual(cells(row), [
    "FULL", "20 threads", "lane", "1,250 (1,000-1,500)", "0.10", "1.00", "10.0", "20.0", "0", "0.50", "WRONG",
  ]);
});

test("goals compare rounds that ran side by side", () => {
  const points = points_of([
    busy({ per_second: 100, p9999_us: 4e6 }), round({ per_second: 600, p9999_us: 5000 }),
    busy({ per_second: 10, p9999_us: 4e6 }), round({ per_second: 60, p9999_us: 5000 }),
  ]);
  const goals = goals_of(points, []);
  assert.equal(goal(goals, "lane / busy_timeout, throughput at FULL").value, 6);
  assert.equal(goal(goals, "busy_timeout / lane, p99.99 at FULL").value, 800);
  assert.ok(goals.every(({ reached }) => reached));
});

test("what was not measured is no goal, neither reached nor missed", () => {
  assert.deepEqual(goals_of([], []), []);
  const goals = goals_of(points_of([round({ writers: 4 })]), []);
  assert.deepEqual(goals.map(({ name }) => name), ["errors of the lane and of FIFO"]);
});

test("an error of the lane misses a goal, one of a baseline does not", () => {
  assert.equal(goal(goals_of(points_of([round({ errors: 1 })]), []), "errors").reached, false);
  const goals = goals_of(points_of([round(), round({ policy: "deferred", errors: 9 })]), []);
  assert.equal(goal(goals, "errors").reached, true);
});

test("a lone client may be slower than a direct connection, within bounds", () => {
  const alone = (rate) => goals_of(points_of([busy({ writers: 1, per_second: 1200 }),
    round({ writers: 1, per_second: rate })]), []);
  assert.equal(goal(alone(1000), "lone client").reached, true);
  assert.equal(goal(alone(900), "lone client").reached, false);
});

test("reads have goals or are shown without", () => {
  const reads = [{ name: "point", ratio: 0.8 }, { name: "list", ratio: 0.8 }, { name: "views", ratio: 1.2 }];
  assert.deepEqual(goals_of([], reads).map(({ reached }) => reached), [false, true]);
  assert.deepEqual(remarks_of(reads).map(({ value }) => value), [1.2]);
});

test("an axis covers its values with whole powers of ten, whatever they are", () => {
  assert.deepEqual(decades([250, 0, 40_000]), [2, 5]);
  assert.deepEqual(decades([100]), [2, 3]);
  assert.deepEqual(decades([0]), [0, 1]);
});

test("labels keep their distance and stay inside of the panel", () => {
  assert.deepEqual(spread([50, 52, 10], { height: 14, most: 250 }), [50, 64, 10]);
  assert.deepEqual(spread([248, 249, 250], { height: 14, most: 250 }), [222, 236, 250]);
});

function svg(series) {
  const panel = { title: "tx/s & more", format: String, series };
  return curves_svg({ title: "A <title>", notes: ["one", "two"], writers: [1, 8], panels: [panel, panel, panel] });
}

test("the drawing is well-formed, knows light and dark, and escapes texts", () => {
  const text = svg([{ name: "lane", ink: 4, points: [[1, 10], [8, 1000]] }]);
  const opened = text.match(/<(svg|g|style|text)\b/g).length;
  assert.equal(text.match(/<\/(svg|g|style|text)>/g).length, opened);
  assert.match(text, /prefers-color-scheme:dark/);
  assert.match(text, /A &lt;title&gt;/);
  assert.match(text, /tx\/s &amp; more/);
  assert.equal(escaped('"'), "&quot;");
});

test("a value of nothing has no place on a logarithmic axis, and breaks nothing", () => {
  const text = svg([{ name: "stuck", ink: 0, points: [[1, 0], [8, 0]] }, { name: "half", ink: 1, points: [[1, 5], [8, 0]] }]);
  assert.doesNotMatch(text, /stuck|NaN|Infinity/);
  assert.match(text, /half/);
});
