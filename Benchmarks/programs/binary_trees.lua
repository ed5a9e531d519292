-- Binary trees that are built, walked and dropped, beside one that stays:
-- allocation and collection of small objects.

local function build(depth)
  if depth == 0 then return { left = nil, right = nil } end
  return { left = build(depth - 1), right = build(depth - 1) }
end

local function count(node)
  if node.left == nil then return 1 end
  return 1 + count(node.left) + count(node.right)
end

local function main()
  local shallowest = 4
  local deepest = 16
  local kept = build(deepest)
  for depth = shallowest, deepest, 2 do
    local trees = 1 << (deepest - depth + shallowest - 2)
    local nodes = 0
    for _ = 1, trees do
      nodes = nodes + count(build(depth))
    end
    print(string.format("%d trees of depth %d: %d nodes", trees, depth, nodes))
  end
  print(string.format("kept: %d nodes", count(kept)))
end

main()
