-- What wrk asks: every request asks something else, so that no cache of results decides.
-- Arguments: a path with UNIT and SERIAL in it, the number of units, the first serial. client.py does the same without wrk.

local path, units, serial

function init(args)
  path, units, serial = args[1], tonumber(args[2]), tonumber(args[3])
  wrk.headers["Accept"] = "application/sparql-results+json"
end

function request()
  serial = serial + 1
  local unit, number = string.format("%d", serial % units), string.format("%d", serial)
  return wrk.format("GET", (path:gsub("UNIT", unit):gsub("SERIAL", number)))
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\n{"seconds": %f, "answers": %d, "failures": %d, "median": %f}\n',
    summary.duration / 1e6, summary.requests - e.status, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e6))
end
