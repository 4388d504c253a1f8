// What decides whether a row is believed: node --test bench/harness
import assert from "node:assert/strict";
import { test } from "node:test";
import { median, paired_ratio, summary } from "./statistics.mjs";
import { cells, count, print_table } from "./table.mjs";
import { problems_of_load } from "./load.mjs";
import { problems_of_report } from "./variants.mjs";

function report(changes = {}) {
  const rows = { before: { posts: 10, sessions: 0 }, after: { posts: 15, sessions: 0 } };
  return { statuses: { 200: 5 }, rows, counters: "exact", wrong_counters: 0, quick_check: "ok", ...changes };
}

test("a report whose rows equal its answers has no problem", () => {
  assert.deepEqual(problems_of_report(report(), { posts: 1, sessions: 0 }), []);
});

test("a lost write is a problem", () => {
  const lost = report({ rows: { before: { posts: 10 }, after: { posts: 14 } } });
  assert.deepEqual(problems_of_report(lost, { posts: 1 }), ["5 times 200, but 4 rows in posts"]);
});

test("a row that nobody was told of is a problem", () => {
  assert.equal(problems_of_report(report(), { posts: 0 }).length, 1);
});

test("rows may have to vanish", () => {
  const destroyed = report({ rows: { before: { posts: 10 }, after: { posts: 5 } } });
  assert.deepEqual(problems_of_report(destroyed, { posts: -1 }), []);
});

test("any other status than 200 is a problem", () => {
  assert.deepEqual(problems_of_report(report({ statuses: { 200: 5, 503: 2 } }), { posts: 1 }), ["2 answers were 503"]);
});

test("wrong counters and a damaged file are problems", () => {
  assert.equal(problems_of_report(report({ counters: "wrong", wrong_counters: 3 }), {}).length, 1);
  assert.equal(problems_of_report(report({ quick_check: "row 7 missing from index" }), {}).length, 1);
});

test("a load without answers, or with errors of the connections, is a problem", () => {
  assert.equal(problems_of_load({ requests: 0, errors: {} }).length, 1);
  assert.deepEqual(problems_of_load({ requests: 9, errors: { timeout: 2, read: 0 } }), ["2 timeout errors"]);
});

test("the median is the middle, whatever the order, and ignores what was not measured", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 2]), 3);
  assert.equal(median([null, undefined]), null);
});

test("a ratio compares neighbours: a machine that halves its pace does not change it", () => {
  const loads = [{ per_second: 40 }, { per_second: 20 }, { per_second: 20 }];
  const rival = [{ per_second: 100 }, { per_second: 50 }, { per_second: 50 }];
  assert.equal(paired_ratio(loads, rival), 0.4);
});

test("a row shows its figures with their range, its rival and its rows", () => {
  const latencies = { p50_ms: 0.25, p99_ms: 12.34, p9999_ms: 123.4, max_ms: 200 };
  const load = { per_second: 1200, requests: 1200, cpu_us: 31.25, ...latencies };
  const figures = summary([load, { ...load, per_second: 1000 }, { ...load, per_second: 2000 }]);
  const rival = { name: "nginx", per_second: 3000, ratio: 0.4 };
  const outcome = { goals: [{ text: ">= 0.40x" }], verdict: "ok", rows_added: { posts: 1200 } };
  const row = { name: "index", connections: 20, figures, rival, ...outcome };
  assert.deepEqual(cells(row), [
    "index", "20", "1,200 (1,000-2,000)", "0.25", "12.3", "123", "31.3", "nginx 3,000", "0.40", ">= 0.40x", "ok",
    "+1,200 posts",
  ]);
});

test("without a terminal the table is plain text, with columns below each other", () => {
  const lines = [];
  const row = { name: "start-up", value: "50 ms", goals: [], verdict: "-" };
  print_table([row], { write: (line) => lines.push(line), colours: false });
  assert.equal(lines.length, 2);
  assert.equal(lines[1].indexOf("50 ms"), lines[0].indexOf("req/s"));
  assert.ok(lines.every((line) => !line.includes("\x1b")));
});

test("thousands are separated", () => assert.equal(count(1234567.4), "1,234,567"));
