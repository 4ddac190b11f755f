-- One host after the other.
local requests, at = {}, 0
for _, host in ipairs({${hosts}}) do
  requests[#requests + 1] = host
end
init = function(args)
  for i, host in ipairs(requests) do
    wrk.headers["Host"] = host
    requests[i] = wrk.format("GET", wrk.path)
  end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
