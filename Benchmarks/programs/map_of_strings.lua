-- A table with string keys, most of them put together just before they are looked up.

local SYLLABLES = { "ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu" }

local function word(number)
  local digits = number % 1000
  return SYLLABLES[digits // 100 + 1] .. SYLLABLES[digits // 10 % 10 + 1] ..
    SYLLABLES[digits % 10 + 1]
end

local function count_words(rounds)
  local counts = {}
  local x = 7
  for _ = 1, rounds do
    x = x * 16807 % 2147483647
    local key = word(x)
    counts[key] = (counts[key] or 0) + 1
  end
  return counts
end

local function index_people(count)
  local people = {}
  for i = 0, count - 1 do
    people["person" .. i] = { name = word(i), age = i % 90, city = word(i * 7 + 3) }
  end
  return people
end

local function sum_of_ages(people, count)
  local total = 0
  for i = 0, count - 1 do
    local person = people["person" .. i * 3]
    if person then
      total = total + person.age + #person.name + #person.city
    end
  end
  return total
end

local function size(map)
  local entries = 0
  for _ in pairs(map) do entries = entries + 1 end
  return entries
end

local function main()
  local counts = count_words(2000000)
  local most = 0
  local total = 0
  for key, count in pairs(counts) do
    total = total + count * #key
    if count > most then most = count end
  end
  print(size(counts) .. " " .. most .. " " .. total)

  local people = index_people(100000)
  for round = 0, 3 do
    print(sum_of_ages(people, 100000 - round))
  end
  for i = 0, 49999 do
    people["person" .. i * 2] = nil
  end
  print(size(people) .. " " .. sum_of_ages(people, 100000))
end

main()
