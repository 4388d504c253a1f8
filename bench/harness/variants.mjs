// What can be put under load. Each has start(), load(seconds) and stop(); stop() gives what was wrong, as texts.
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import path from "node:path";
import { get, problems_of_load, run_wrk } from "./load.mjs";
import { Child, run_for_json } from "./processes.mjs";

/// bench_server on a database of its own.
export class ServerVariant {
  /// `expected`: rows per 200 given, by table. `extra_posts`: on top of the seed.
  constructor(bench, { path: url, method = "GET", connections = 20, flags = [], extra_posts = 0, ...rest }) {
    Object.assign(this, { bench, url, method, connections, flags, extra_posts, expected: {}, ...rest });
    this.problems = new Set();
  }

  async start() {
    this.database = await this.bench.fresh_database(this.extra_posts);
    const begin = performance.now();
    this.child = new Child(this.bench.server, [...this.bench.server_flags(this.database), ...this.flags]);
    this.greeting = await this.child.json_line();
    this.started_in_ms = performance.now() - begin;
  }

  get pid() {
    return this.child.pid;
  }

  async load(seconds) {
    const { url, method, connections, pid } = this;
    const load = await run_wrk({ port: this.greeting.port, path: url, method, connections, seconds, pid });
    problems_of_load(load).forEach((problem) => this.problems.add(problem));
    return load;
  }

  async stop() {
    this.child.signal("SIGTERM");
    this.report = await this.child.json_line();
    await this.child.must_end();
    this.bench.drop(this.database);
    return [...this.problems, ...problems_of_report(this.report, this.expected)];
  }
}

/// The audit of a server's end against what was asked of it. `expected`: rows per 200 given, by table.
export function problems_of_report(report, expected) {
  const problems = [];
  const answered = report.statuses["200"] ?? 0;
  for (const [status, count] of Object.entries(report.statuses)) {
    if (status !== "200") problems.push(`${count} answers were ${status}`);
  }
  for (const [table, per_answer] of Object.entries(expected)) {
    const added = report.rows.after[table] - report.rows.before[table];
    if (added !== per_answer * answered) problems.push(`${answered} times 200, but ${added} rows in ${table}`);
  }
  if (report.counters !== "exact") problems.push(`${report.wrong_counters} counters are wrong`);
  if (report.quick_check !== "ok") problems.push(`quick_check: ${report.quick_check}`);
  return problems;
}

/// The same writes from threads of one process, without HTTP: as many threads as the server has connections. All
/// repetitions go to one database, as those of the server do.
export class CeilingVariant {
  constructor(bench, { name, connections }) {
    Object.assign(this, { bench, name, connections });
    this.problems = new Set();
  }

  async start() {
    this.database = await this.bench.fresh_database(0);
  }

  async load(seconds) {
    const flags = ["--ceiling", "create", "--clients", `${this.connections}`, "--seconds", `${seconds}`];
    const report = await run_for_json(this.bench.server, [...this.bench.server_flags(this.database), ...flags]);
    const answered = { ...report, statuses: { 200: report.requests } };
    problems_of_report(answered, { posts: 1 }).forEach((problem) => this.problems.add(problem));
    this.report = { rows: { before: this.report?.rows.before ?? report.rows.before, after: report.rows.after } };
    return { ...report, cpu_us: null };
  }

  async stop() {
    this.bench.drop(this.database);
    return [...this.problems];
  }
}

/// nginx as a child of ours, with its own configuration, serving the bytes of /bench/index from a file.
export class NginxVariant {
  constructor(bench, { name, connections = 20 }) {
    Object.assign(this, { bench, name, connections });
    this.problems = new Set();
  }

  async start() {
    const folder = path.join(this.bench.folder, "nginx");
    mkdirSync(path.join(folder, "root"), { recursive: true });
    writeFileSync(path.join(folder, "root", "index.html"), await this.bench.page());
    this.port = await free_port();
    writeFileSync(path.join(folder, "nginx.conf"), configuration(folder, this.port));
    this.child = new Child("nginx", ["-p", folder, "-c", path.join(folder, "nginx.conf"), "-e", "stderr"]);
    await answering(this.port, this.child);
  }

  async load(seconds) {
    const { port, connections } = this;
    const load = await run_wrk({ port, path: "/index.html", method: "GET", connections, seconds, pid: this.child.pid });
    problems_of_load(load).forEach((problem) => this.problems.add(problem));
    return load;
  }

  async stop() {
    this.child.signal("SIGTERM");
    await this.child.must_end();
    return [...this.problems];
  }
}

function configuration(folder, port) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join("\n  ");
  return `daemon off;
pid ${folder}/nginx.pid;
user ${userInfo().username};
worker_processes 2;
error_log stderr crit;
events { worker_connections 4096; }
http {
  ${temporary}
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  types { text/html html; }
  server { listen 127.0.0.1:${port} reuseport; root ${folder}/root; }
}
`;
}

function free_port() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/// Waits until the first request is answered; fails when the child ends before.
async function answering(port, child) {
  const ended = child.ended.then((status) => {
    throw child.failure(`ended with ${status} before it listened`);
  });
  ended.catch(() => {}); // its later end, after it was stopped, is nobody's failure
  for (;;) {
    try {
      return await Promise.race([ended, get(port, "/index.html")]);
    } catch (error) {
      if (error.code !== "ECONNREFUSED") throw error;
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
  }
}
