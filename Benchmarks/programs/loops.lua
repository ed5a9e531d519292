-- Counted loops, `while` loops, integer and float arithmetic on local variables.

local function pairs_of_equal_parity(n)
  local total = 0
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      if (i & 1) == (j & 1) then
        total = total + (i * j) % 7
      else
        total = total - 1
      end
    end
  end
  return total
end

local function longest_collatz_chain(limit)
  local best_start = 0
  local best_length = 0
  for start = 1, limit - 1 do
    local n = start
    local length = 1
    while n ~= 1 do
      if n % 2 == 0 then
        n = n // 2
      else
        n = 3 * n + 1
      end
      length = length + 1
    end
    if length > best_length then
      best_length = length
      best_start = start
    end
  end
  return best_start * 1000 + best_length
end

local function pi_by_leibniz(terms)
  local sum = 0.0
  local sign = 1.0
  for k = 0, terms - 1 do
    sum = sum + sign / (2 * k + 1)
    sign = -sign
  end
  return 4.0 * sum
end

print(pairs_of_equal_parity(3500))
print(longest_collatz_chain(300000))
print(string.format("%.9f", pi_by_leibniz(10000000)))
