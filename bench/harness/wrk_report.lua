-- For wrk: sets the method (the first argument after --) and prints one line of JSON at the end.
-- No code runs per request: a Lua callback there would measure Lua.

function init(args)
  wrk.method = args[1] or "GET"
end

function done(summary, latency)
  local errors = summary.errors
  local line = '{"requests":%d,"seconds":%.6f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"p9999_ms":%.3f,"max_ms":%.3f,'
    .. '"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n'
  io.write(string.format(line, summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.99) / 1e3, latency.max / 1e3,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
