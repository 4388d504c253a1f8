// Under what the figures were taken: without these they say nothing.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { count } from "./table.mjs";

/// Jiffies of all cores together since the machine started: stolen by the hypervisor, and all.
export function machine_time() {
  const fields = fs.readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { stolen: fields[7], total: fields.reduce((sum, each) => sum + each, 0) };
}

function output_of(program, args) {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown"; // a checkout without git, a program that has no such option: the figures are none the worse
  }
}

function memory_gib() {
  return `${Math.round(os.totalmem() / 2 ** 30)} GiB RAM`;
}

/// What holds for every program on this machine. `root`: the checkout; `folder`: where the databases lie.
export function machine_conditions({ root, folder }) {
  const file_system = output_of("df", ["--output=fstype", folder]).split("\n").at(-1);
  return {
    date: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    revision: output_of("git", ["-C", root, "describe", "--always", "--dirty", "--abbrev=12"]),
    machine: `${os.cpus().length} cores, ${os.cpus()[0].model.trim()}, ${memory_gib()}`,
    system: `Linux ${os.release()}, ${file_system}`,
  };
}

/// What changes while a run goes on, for `conditions_after`.
export function load_at_start() {
  return { load_average: loads(), started_at: machine_time() };
}

function loads() {
  return os.loadavg().map((each) => each.toFixed(2)).join(" ");
}

export async function conditions_before(bench, { seconds, repeat }) {
  const { greeting, page, rows } = await bench.visit();
  return {
    ...machine_conditions(bench),
    build: `${greeting.compiler}, ${greeting.build}`,
    database: `${greeting.engine}, journal ${greeting.journal}, synchronous ${greeting.synchronous}`,
    seed: Object.entries(rows).map(([table, number]) => `${count(number)} ${table}`).join(", "),
    page: `${count(page.length)} bytes (/bench/index)`,
    load: `wrk -t1, keep-alive, same cores; after 1 s of warm-up medians of ${repeat} x ${seconds} s, interleaved`,
    ...load_at_start(),
  };
}

/// Adds what only the end knows.
export function conditions_after({ started_at, ...conditions }) {
  const now = machine_time();
  const share = (now.stolen - started_at.stolen) / Math.max(1, now.total - started_at.total);
  return {
    ...conditions,
    load_average: `${conditions.load_average} before, ${loads()} after`,
    steal: `${(share * 100).toFixed(1)} %`,
  };
}
