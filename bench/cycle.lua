-- Each request goes through the next session, to the page that session asks for.
local wanted, at = {}, 0
for line in io.lines(os.getenv("BENCH_REQUESTS")) do
  local path, cookie = line:match("^(%S+)\t(.*)$")
  table.insert(wanted, wrk.format("GET", path, { ["Cookie"] = cookie }))
end

request = function()
  at = at % #wanted + 1
  return wanted[at]
end

done = function(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %f, "p50": %f, "p95": %f, "bytes": %d, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, summary.bytes,
    failed.status + failed.connect + failed.read + failed.write + failed.timeout))
end
