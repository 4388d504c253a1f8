// One load of wrk against one server, with the server's CPU time.
import http from "node:http";
import { fileURLToPath } from "node:url";
import { cpu_us, run_for_json } from "./processes.mjs";

const REPORT = fileURLToPath(new URL("wrk_report.lua", import.meta.url));

/// One wrk thread: on few cores a second one only takes time from the server. `--timeout` is that of a connection that
/// gets no answer; wrk counts it as an error.
export async function run_wrk({ port, path, method, connections, seconds, pid }) {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", REPORT];
  const before = cpu_us(pid);
  const report = await run_for_json("wrk", [...args, `http://127.0.0.1:${port}${path}`, "--", method]);
  const cpu = cpu_us(pid) - before;
  return {
    requests: report.requests,
    per_second: report.requests / report.seconds,
    p50_ms: report.p50_ms,
    p99_ms: report.p99_ms,
    p9999_ms: report.p9999_ms,
    max_ms: report.max_ms,
    cpu_us: report.requests > 0 ? cpu / report.requests : null,
    errors: report.errors,
  };
}

/// What wrk saw go wrong, as text; nothing when all was well.
export function problems_of_load(load) {
  if (load.requests === 0) return ["no request was answered"];
  return Object.entries(load.errors ?? {})
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind} errors`);
}

/// The body of a GET that must be answered with 200.
export function get(port, url) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path: url, host: "127.0.0.1", agent: false }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts));
        else reject(new Error(`GET ${url}: ${response.statusCode}`));
      });
    });
    request.on("error", reject);
  });
}
