-- Keeps more than 100 MB of small objects alive while as many again are replaced several times:
-- what a collection costs when there is much to mark. Lua does not tell how long it pauses, so the
-- longest batch of a thousand replacements stands for it, on standard error.

local Entry = {}
Entry.__index = Entry

local function entry(key)
  local values = { key, key + 1, key + 2, key + 3, false, true, 0.5, "text" }
  return setmetatable({ key = key, values = values }, Entry)
end

local function fill(count)
  local entries = {}
  for i = 0, count - 1 do
    entries[#entries + 1] = entry(i)
  end
  return entries
end

-- Replaces `batches` times a thousand entries at random; returns the seconds of the longest batch.
local function churn(entries, batches)
  local clock = os.clock
  local count = #entries
  local x = 42
  local longest = 0
  for _ = 1, batches do
    local before = clock()
    for _ = 1, 1000 do
      x = x * 16807 % 2147483647
      entries[x % count + 1] = entry(x)
    end
    local duration = clock() - before
    if duration > longest then longest = duration end
  end
  return longest
end

local function main()
  local entries = fill(220000)
  local longest = churn(entries, 1000)
  local sum = 0
  for _, e in ipairs(entries) do
    sum = (sum * 31 + e.key + e.values[4]) % 1000000007
  end
  print(#entries .. " " .. sum)
  io.stderr:write(string.format("longest pause %.3f ms\n", longest * 1000))
end

main()
