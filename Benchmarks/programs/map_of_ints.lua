-- A table with sparse integer keys: counting, looking up hits and misses, removing, iterating.

local function count_keys(rounds, keys)
  local counts = {}
  local x = 42
  for _ = 1, rounds do
    x = x * 16807 % 2147483647
    local key = x % keys * 7919
    counts[key] = (counts[key] or 0) + 1
  end
  return counts
end

local function count_hits(counts, limit)
  local hits = 0
  for key = 0, limit - 1 do
    if counts[key * 7919 // 3] then hits = hits + 1 end
  end
  return hits
end

local function remove_rare(counts, keys, least)
  local removed = 0
  for i = 0, keys - 1 do
    local key = i * 7919
    if (counts[key] or least) < least then
      counts[key] = nil
      removed = removed + 1
    end
  end
  return removed
end

local function summarize(counts)
  local total = 0
  local mixed = 0
  for key, count in pairs(counts) do
    total = total + count
    mixed = mixed + key % 1009 * count
  end
  return total, mixed
end

local function size(counts)
  local entries = 0
  for _ in pairs(counts) do entries = entries + 1 end
  return entries
end

-- Collatz chains, with the length of the chain from every number met so far kept in a table.
local function longest_chain(limit)
  local known = {}
  known[1] = 1
  local best = 0
  for start = 1, limit - 1 do
    local path = {}
    local n = start
    while not known[n] do
      path[#path + 1] = n
      if n % 2 == 0 then n = n // 2 else n = 3 * n + 1 end
    end
    local length = known[n]
    for i = #path, 1, -1 do
      length = length + 1
      known[path[i]] = length
    end
    if length > best then best = length end
  end
  return best
end

local function main()
  local keys = 100000
  local counts = count_keys(6000000, keys)
  print(size(counts) .. " " .. count_hits(counts, 600000))
  local removed = remove_rare(counts, keys, 57)
  print(removed .. " " .. size(counts))
  for _ = 1, 10 do
    local total, mixed = summarize(counts)
    print(total .. " " .. mixed)
  end
  print(longest_chain(600000))
end

main()
