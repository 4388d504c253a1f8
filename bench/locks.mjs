#!/usr/bin/env node
// Many writers, one SQLite file: what each way of waiting for the lock gives them. Starts lock_bench for each round,
// prints one table with the goals, writes the curves. `bin/bench locks` builds the program and calls this.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { conditions_after, load_at_start, machine_conditions } from "./harness/conditions.mjs";
import { curves_svg } from "./harness/curves.mjs";
import * as rounds_of from "./harness/lock_rounds.mjs";
import { run_for_json } from "./harness/processes.mjs";
import { median } from "./harness/statistics.mjs";
import { count, ink, print_columns, print_conditions } from "./harness/table.mjs";
import { make_run_folder } from "./harness/workspace.mjs";

const { POLICIES, SYNCHRONOUS, WRITERS } = rounds_of;
const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const BENCH_FOLDER = path.join(ROOT, "build/bench");
const QUICK = { seconds: 0.2, repeat: 1 };

const HELP = `Lets many writers want one SQLite file at the same time, under each way of waiting for the lock, at
synchronous FULL and NORMAL. Prints throughput, latencies, errors and fairness, compares them with the goals, and draws
the curves. Reads are compared with bare C as well.

  bin/bench locks                  everything: about 7 minutes
  bin/bench locks --quick          0.2 s each, with 1, 2 and 20 writers: whether it works, not how fast
  bin/bench locks --writers 1,20   these numbers of writers; default ${WRITERS.join(",")}
  bin/bench locks --only lane      one policy, or several: ${POLICIES.map(({ key }) => key).join(", ")};
                                   "reads" is the comparison of reads
  bin/bench locks --seconds 1.25   of each round; three times as long with 20 writers
  bin/bench locks --repeat 3       rounds with 1 and with 20 writers, of which the median counts
  bin/bench locks --json FILE      also writes every figure there
  bin/bench locks --svg FILE       where the curves go; default build/bench/locks.svg
  bin/bench locks --program FILE   another lock_bench than that of the release build

Exit codes: 0 every row was right, whatever the figures; 1 rows were wrong, or nothing could be measured; 2 wrong usage.
What the rows mean and how far to trust them: bench/README.md`;

const OPTIONS = {
  seconds: { type: "string", default: "1.25" },
  repeat: { type: "string", default: "3" },
  writers: { type: "string" },
  only: { type: "string", multiple: true, default: [] },
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  svg: { type: "string", default: path.join(BENCH_FOLDER, "locks.svg") },
  program: { type: "string", default: path.join(ROOT, "build/release/bin/lock_bench") },
  help: { type: "boolean", short: "h", default: false },
};

class UsageError extends Error {}

function number_of(text, name, { pattern, most }) {
  const value = Number(text);
  if (pattern.test(text) && value > 0 && value <= most) return value;
  throw new UsageError(`--${name} takes a number up to ${most}, not '${text}'`);
}

const WHOLE = /^\d+$/;
const DECIMAL = /^\d+(\.\d+)?$/;

function read_options(argv) {
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options: OPTIONS }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const seconds = number_of(values.seconds, "seconds", { pattern: DECIMAL, most: 3600 });
  const repeat = number_of(values.repeat, "repeat", { pattern: WHOLE, most: 100 });
  const writers = (values.writers ?? (values.quick ? "1,2,20" : WRITERS.join(",")))
    .split(",")
    .map((text) => number_of(text, "writers", { pattern: WHOLE, most: 256 }));
  const shortened = values.quick ? QUICK : {};
  return { ...values, seconds, repeat, writers: [...new Set(writers)], ...chosen(values.only), ...shortened };
}

function chosen(names) {
  const keys = POLICIES.map(({ key }) => key);
  for (const name of names) {
    if (name !== "reads" && !keys.includes(name)) {
      throw new UsageError(`there is no policy '${name}': ${keys.join(", ")}, or reads`);
    }
  }
  const wanted = (name) => names.length === 0 || names.includes(name);
  return { policies: keys.filter(wanted), reads: wanted("reads") };
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/// Runs the program on an empty folder of its own.
async function run_program(program, parent, args) {
  const folder = fs.mkdtempSync(path.join(parent, "round-"));
  try {
    return await run_for_json(program, [...args, "--folder", folder]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(options) {
  const folder = make_run_folder(BENCH_FOLDER, { memory: options.quick && "allowed" });
  const about = await run_for_json(options.program, []);
  const start = load_at_start();
  const planned = options.policies.length > 0 ? rounds_of.plan(options) : [];
  const rounds = [];
  for (const [i, { policy, synchronous, writers, seconds }] of planned.entries()) {
    progress(`${i + 1}/${planned.length}: ${policy}, ${writers} writers, ${synchronous}`);
    const args = ["--policy", policy, "--synchronous", synchronous, "--writers", `${writers}`, "--seconds", `${seconds}`];
    rounds.push(await run_program(options.program, folder, args));
  }
  progress("reads");
  const seconds = options.seconds * rounds_of.READS_LAST;
  const { reads } = options.reads
    ? await run_program(options.program, folder, ["--reads", "--seconds", `${seconds}`])
    : { reads: [] };
  progress("");
  return result_of({ rounds, reads, about, start, folder, options });
}

function result_of({ rounds, reads, about, start, folder, options }) {
  const points = rounds_of.points_of(rounds);
  const syncs = rounds.map(({ sync_us }) => sync_us);
  const conditions = conditions_after({
    ...machine_conditions({ root: ROOT, folder }),
    build: `${about.compiler}, ${about.build}`,
    database: `${about.engine}, journal wal, synchronous as in the row`,
    ...(rounds.length > 0 && {
      sync: `append and fdatasync of a frame: ${count(median(syncs))} us (${count(Math.min(...syncs))}-${count(Math.max(...syncs))})`,
      transaction: "one row of 200 bytes, no pause between; deferred reads before it writes",
      rounds: `${options.seconds} s; with 1 and 20 writers medians of ${options.repeat}; policies in turn`,
    }),
    ...start,
  });
  return { conditions, points, reads, goals: rounds_of.goals_of(points, reads) };
}

/// "250 us", "1.5 s": for axes.
function time_text(us) {
  const [value, unit] = us >= 1e6 ? [us / 1e6, "s"] : us >= 1e3 ? [us / 1e3, "ms"] : [us, "us"];
  return `${count(value)} ${unit}`;
}

function drawing({ conditions, points }) {
  const panel = (figure, synchronous, title, format) => ({
    title: `${title}, synchronous ${synchronous.toUpperCase()}`,
    format,
    series: POLICIES.map(({ key, name }, ink) => ({
      name,
      ink,
      points: points
        .filter((point) => point.policy === key && point.synchronous === synchronous)
        .map((point) => [point.writers, point[figure]]),
    })),
  });
  const writers = [...new Set(points.map((point) => point.writers))].sort((a, b) => a - b);
  return curves_svg({
    title: "Writers at one SQLite file",
    notes: [
      `${conditions.date}, ${conditions.machine}, ${conditions.database.split(",")[0]}; ${conditions.sync}`,
      "Over the number of writers; each stores single rows without pause. Higher throughput is better, lower latency is.",
    ],
    writers,
    panels: [
      ...SYNCHRONOUS.map((level) => panel("per_second", level, "Transactions per second", count)),
      ...SYNCHRONOUS.map((level) => panel("p9999_us", level, "Latency that 1 of 10,000 exceeds (p99.99)", time_text)),
    ],
  });
}

function figure(value) {
  return value >= 100 || Number.isInteger(value) ? count(value) : value.toFixed(2);
}

function print({ conditions, points, reads, goals }) {
  const output = { write: (line) => process.stdout.write(`${line}\n`), colours: process.stdout.isTTY && !process.env.NO_COLOR };
  const { write, colours } = output;
  print_conditions(conditions, write);
  write("");
  const lines = points.map(rounds_of.cells);
  const inks = points.map((point) => (point.problems.length > 0 ? "WRONG" : point.policy === "lane" ? "ok" : ""));
  if (lines.length > 0) print_columns({ columns: rounds_of.COLUMNS, lines, right: rounds_of.RIGHT, inks }, output);
  write("");
  print_goals({ goals, remarks: rounds_of.remarks_of(reads) }, output);
  for (const problem of problems_of({ points, reads })) write(ink(`WRONG ${problem}`, "WRONG", colours));
}

function print_goals({ goals, remarks }, output) {
  const verdicts = goals.map(({ reached }) => (reached ? "ok" : "missed"));
  const rows = goals.map(({ name, value, text }, i) => [name, figure(value), text, verdicts[i]]);
  const lines = [...rows, ...remarks.map(({ name, value }) => [name, figure(value), "-", "-"])];
  const columns = ["figure", "reached", "goal", "verdict"];
  if (lines.length > 0) print_columns({ columns, lines, right: new Set(["reached"]), inks: verdicts }, output);
}

function problems_of({ points, reads }) {
  const of_points = points.flatMap(({ policy, synchronous, writers, problems }) =>
    problems.map((problem) => `${policy}, ${writers} writers, ${synchronous}: ${problem}`));
  return [...of_points, ...reads.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`))];
}

async function main() {
  const options = read_options(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (!fs.existsSync(options.program)) throw new Error(`there is no ${options.program}: bin/bench locks builds it`);
  const result = await measure(options);
  print(result);
  if (options.json) fs.writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (result.points.length > 0) {
    fs.writeFileSync(options.svg, drawing(result));
    console.log(`the curves: ${path.relative(process.cwd(), options.svg)}`);
  }
  if (problems_of(result).length > 0) process.exitCode = 1;
}

for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => process.exit(1));

main().catch((error) => {
  const usage = error instanceof UsageError;
  console.error(usage ? `error: ${error.message}\nhint: --help names the options` : `error: ${error.message}`);
  process.exit(usage ? 2 : 1);
});
