#!/usr/bin/env node
// Measures Lorem News: starts servers, puts them under load, checks that nothing was lost, prints one table.
// bin/bench builds the server and calls this; bench/README.md says what the rows mean.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { conditions_after, conditions_before } from "./harness/conditions.mjs";
import { paired_ratio, summary } from "./harness/statistics.mjs";
import { ink, print_conditions, print_table } from "./harness/table.mjs";
import { Workspace } from "./harness/workspace.mjs";
import { GROUPS } from "./scenarios.mjs";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const WARM_UP_S = 1;

const HELP = `Measures Lorem News and prints one table with the conditions it was taken under.

  bin/bench                  everything: about 5 minutes
  bin/bench --quick          one repetition of 1 s each: whether it works, not how fast
  bin/bench --only index     one group, or several: --only create --only benchmarking
  bin/bench --list           the names of the groups
  bin/bench --seconds 4      of each load (whole seconds)
  bin/bench --repeat 3       loads per row, of which the median counts
  bin/bench --json FILE      also writes every figure there
  bin/bench --server FILE    another bench_server than that of the release build

Exit codes: 0 every answer was right, whatever the figures; 1 answers or rows were wrong, or nothing could be measured;
2 wrong usage. What the rows mean and how far to trust them: bench/README.md`;

const OPTIONS = {
  seconds: { type: "string", default: "4" },
  repeat: { type: "string", default: "3" },
  only: { type: "string", multiple: true, default: [] },
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  server: { type: "string", default: path.join(ROOT, "build/release/bin/bench_server") },
  list: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

class UsageError extends Error {}

function whole(text, name) {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--${name} takes a whole number from 1 on, not '${text}'`);
  return Number(text);
}

function read_options(argv) {
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options: OPTIONS }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const seconds = values.quick ? 1 : whole(values.seconds, "seconds");
  const repeat = values.quick ? 1 : whole(values.repeat, "repeat");
  return { ...values, seconds, repeat, groups: chosen(values.only) };
}

/// `--only create` names the group of that name and those below it ("create/256").
function chosen(names) {
  const matches = (group, name) => group.name === name || group.name.startsWith(`${name}/`);
  for (const name of names) {
    if (!GROUPS.some((group) => matches(group, name))) throw new UsageError(`there is no group '${name}': see --list`);
  }
  return names.length === 0 ? GROUPS : GROUPS.filter((group) => names.some((name) => matches(group, name)));
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/// Short loads of all variants in turn, every second time in the other order: what drifts hits all alike.
async function interleaved(group, variants, { seconds, repeat }) {
  const slices = group.slices ?? 1;
  const slice_seconds = Math.max(1, Math.floor(seconds / slices));
  const loads = new Map(variants.map((variant) => [variant, []]));
  for (const variant of variants) await variant.load(WARM_UP_S);
  for (let i = 0; i < repeat * slices; ++i) {
    for (const variant of i % 2 === 0 ? variants : [...variants].reverse()) {
      progress(`${group.name}: ${variant.name} ${i + 1}/${repeat * slices}`);
      loads.get(variant).push(await variant.load(slice_seconds));
    }
  }
  return loads;
}

function rows_added(report) {
  if (!report) return {};
  const { before, after } = report.rows;
  const changes = Object.keys(after).map((table) => [table, after[table] - before[table]]);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

async function measure_load(group, bench, options) {
  const total_seconds = WARM_UP_S + options.seconds * options.repeat;
  const variants = group.variants(bench, { total_seconds });
  for (const variant of variants) await variant.start();
  const loads = await interleaved(group, variants, options);
  const rows = [];
  for (const variant of variants) {
    const problems = await variant.stop();
    const { rival: rival_name, goals = [] } = group.rows[variant.name] ?? {};
    const { name, connections } = variant;
    const row = { name, connections, figures: summary(loads.get(variant)), goals, problems };
    const rival = variants.find((other) => other.name === rival_name);
    if (rival) {
      const ratio = paired_ratio(loads.get(variant), loads.get(rival));
      row.rival = { name: rival_name, per_second: summary(loads.get(rival)).per_second, ratio };
    }
    row.measured = { ...row.figures, ratio: row.rival?.ratio };
    row.rows = variant.report?.rows;
    row.rows_added = rows_added(variant.report);
    row.batches = variant.report?.batches;
    row.units = variant.report?.units;
    row.loads = loads.get(variant);
    rows.push(row);
  }
  return rows;
}

/// WRONG beats everything: a fast wrong answer is no figure.
function with_verdict(row) {
  const missed = row.goals.filter((goal) => !goal.reached(row.measured[goal.figure]));
  if (row.problems.length > 0) return { ...row, verdict: "WRONG" };
  if (row.goals.length === 0) return { ...row, verdict: "-" };
  return { ...row, verdict: missed.length > 0 ? "missed" : "ok" };
}

async function measure(options) {
  const [root, folder] = [path.join(ROOT, "apps/lorem_news"), path.join(ROOT, "build/bench")];
  const bench = new Workspace({ server: options.server, root, folder });
  progress("seeding");
  const before = await conditions_before(bench, options);
  const rows = [];
  for (const group of options.groups) {
    progress(group.name);
    const measured = group.measure ? await group.measure(bench, options) : await measure_load(group, bench, options);
    rows.push(...measured.map(with_verdict));
  }
  progress("");
  return { conditions: conditions_after(before), rows };
}

function print({ conditions, rows }) {
  const colours = process.stdout.isTTY && !process.env.NO_COLOR;
  const write = (line) => process.stdout.write(`${line}\n`);
  print_conditions(conditions, write);
  write("");
  print_table(rows, { write, colours });
  write("");
  for (const { name, problems } of rows) {
    problems.forEach((problem) => write(ink(`WRONG ${name}: ${problem}`, "WRONG", colours)));
  }
  const number_of = (verdict) => rows.filter((row) => row.verdict === verdict).length;
  write(`${number_of("ok")} goals reached, ${number_of("missed")} missed, ${number_of("WRONG")} rows wrong`);
}

async function main() {
  const options = read_options(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  if (options.list) return console.log(GROUPS.map(({ name }) => name).join("\n"));
  if (!fs.existsSync(options.server)) throw new Error(`there is no ${options.server}: bin/bench builds it`);
  const result = await measure(options);
  print(result);
  if (options.json) fs.writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  if (result.rows.some((row) => row.verdict === "WRONG")) process.exitCode = 1;
}

for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => process.exit(1));

main().catch((error) => {
  const usage = error instanceof UsageError;
  console.error(usage ? `error: ${error.message}\nhint: --help names the options` : `error: ${error.message}`);
  process.exit(usage ? 2 : 1);
});
