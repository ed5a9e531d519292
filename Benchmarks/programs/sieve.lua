-- The sieve of Eratosthenes: indexed reads and writes of one large table.

local function sieve(limit)
  local prime = {}
  for i = 1, limit do prime[i] = true end
  prime[1] = false
  local i = 2
  while i * i <= limit do
    if prime[i] then
      for multiple = i * i, limit, i do
        prime[multiple] = false
      end
    end
    i = i + 1
  end
  return prime
end

local function main()
  local limit = 2000000
  for round = 0, 7 do
    local prime = sieve(limit - round)
    local count = 0
    local last = 0
    for n = 1, #prime do
      if prime[n] then
        count = count + 1
        last = n
      end
    end
    print(count .. " " .. last)
  end
end

main()
