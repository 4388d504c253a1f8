// Child processes: started, spoken to, measured, and never left behind.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const PATIENCE_MS = 120_000;

// Each child leads a process group of its own, so that its end takes its own children along (the workers of nginx).
const running = new Set();
process.on("exit", () => running.forEach((child) => process.kill(-child.pid, "SIGKILL")));

// Debian keeps nginx where the PATH of ordinary users does not lead.
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/// A child whose standard output is read by lines. What it says on standard error is kept for the message of a failure.
export class Child {
  constructor(program, args) {
    this.name = [program, ...args].join(" ");
    this.process = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env: ENVIRONMENT });
    this.complaints = "";
    if (this.process.pid) running.add(this.process);
    this.process.stderr.setEncoding("utf8").on("data", (text) => {
      this.complaints = (this.complaints + text).slice(-4000);
    });
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve, reject) => {
      this.process.on("error", (error) => reject(new Error(`${this.name}: ${error.message}`)));
      this.process.on("exit", () => running.delete(this.process));
      this.process.on("close", (code, signal) => resolve(code ?? signal));
    });
    this.ended.catch(() => {}); // reported by whoever waits for it
  }

  get pid() {
    return this.process.pid;
  }

  failure(what) {
    return new Error(`${this.name}\n${what}\n${this.complaints.trim()}`);
  }

  /// The next line that is a JSON object. wrk writes other lines before its own.
  async json_line() {
    for (;;) {
      const { value, done } = await in_time(this.lines.next(), this);
      if (done) {
        const status = await this.ended;
        throw this.failure(`ended with ${status} before it said what was expected`);
      }
      if (value.startsWith("{")) return JSON.parse(value);
    }
  }

  async must_end() {
    const status = await in_time(this.ended, this);
    if (status !== 0) throw this.failure(`ended with ${status}`);
  }

  signal(name) {
    this.process.kill(name);
  }
}

async function in_time(promise, child) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(child.failure(`was silent for ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/// Runs a program to its end and gives its first line of output as JSON.
export async function run_for_json(program, args) {
  const child = new Child(program, args);
  const line = await child.json_line();
  await child.must_end();
  return line;
}

export async function run_quietly(program, args) {
  await new Child(program, args).must_end();
}

function children_of(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
}

/// User and system time of a process and its children, in microseconds; the kernel counts in steps of 10 ms.
export function cpu_us(pid) {
  return [pid, ...children_of(pid)]
    .map((id) => {
      const fields = readFileSync(`/proc/${id}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
    })
    .reduce((sum, each) => sum + each, 0);
}

/// VmRSS (now) or VmHWM (the most there ever was), in MiB.
export function memory_mib(pid, field) {
  const match = readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"));
  return Number(match[1]) / 1024;
}
