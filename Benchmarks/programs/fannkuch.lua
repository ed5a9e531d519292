-- Pancake flips over all permutations: swaps and rotations in a short table.

local move = table.move

local function count_flips(permutation, n)
  local cards = move(permutation, 1, n, 1, {})
  local flips = 0
  local top = cards[1]
  while top ~= 1 do
    local low = 1
    local high = top
    while low < high do
      cards[low], cards[high] = cards[high], cards[low]
      low = low + 1
      high = high - 1
    end
    flips = flips + 1
    top = cards[1]
  end
  return flips
end

local function fannkuch(n)
  local permutation = {}
  local remaining = {}
  for i = 1, n do
    permutation[i] = i
    remaining[i] = 0
  end
  local most = 0
  local checksum = 0
  local even = true
  local depth = n
  while true do
    while depth > 1 do
      remaining[depth] = depth
      depth = depth - 1
    end
    local flips = count_flips(permutation, n)
    if flips > most then most = flips end
    checksum = checksum + (even and flips or -flips)
    even = not even

    -- The next permutation: rotate `depth + 1` cards, and go one level up when a level is done.
    while true do
      if depth == n then return checksum, most end
      local first = permutation[1]
      for i = 1, depth do
        permutation[i] = permutation[i + 1]
      end
      permutation[depth + 1] = first
      remaining[depth + 1] = remaining[depth + 1] - 1
      if remaining[depth + 1] > 0 then break end
      depth = depth + 1
    end
  end
end

for _ = 1, 2 do
  local checksum, most = fannkuch(9)
  print(checksum .. " " .. most)
end
