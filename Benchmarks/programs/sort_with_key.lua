-- Records sorted by an integer key, by a string key and by a computed key.

local char = string.char
local sort = table.sort

local function letters(number)
  local text = ""
  local rest = number
  for _ = 1, 4 do
    text = text .. char(97 + rest % 26)
    rest = rest // 26
  end
  return text
end

local function make_records(count)
  local records = {}
  local x = 12345
  for id = 0, count - 1 do
    x = x * 16807 % 2147483647
    records[id + 1] = { id = id, name = letters(x) .. id, score = x % 100000 * count + id }
  end
  return records
end

local function distance(record)
  local offset = record.score % 1000003 - 500001
  return (offset < 0 and -offset or offset) * 100000 + record.id
end

-- Computes each key once, as the sorts of the other languages do.
local function sort_by(records, key)
  local keyed = {}
  for i = 1, #records do
    local record = records[i]
    keyed[i] = { key = key(record), record = record }
  end
  sort(keyed, function(a, b) return a.key < b.key end)
  for i = 1, #keyed do
    records[i] = keyed[i].record
  end
end

-- Depends on the order of the records.
local function checksum(records)
  local sum = 0
  for _, record in ipairs(records) do
    sum = (sum * 31 + record.id) % 1000000007
  end
  return sum
end

local function main()
  local records = make_records(40000)
  for _ = 1, 2 do
    sort_by(records, function(record) return record.score end)
    print(checksum(records) .. " " .. records[1].id)
    sort_by(records, function(record) return record.name end)
    print(checksum(records) .. " " .. records[1].name)
    sort_by(records, distance)
    print(checksum(records) .. " " .. records[1].id)
    sort_by(records, function(record) return record.id end)
    print(checksum(records) .. " " .. records[1].id)
  end
end

main()
