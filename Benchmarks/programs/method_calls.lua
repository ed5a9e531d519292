-- Methods: inherited, overridden, through the base class, and on a mixed list of classes.

local Toggle = {}
Toggle.__index = Toggle

function Toggle.new(state)
  return setmetatable({ state = state }, Toggle)
end

function Toggle:value()
  return self.state
end

function Toggle:activate()
  self.state = not self.state
  return self
end

local NthToggle = setmetatable({}, { __index = Toggle })
NthToggle.__index = NthToggle

function NthToggle.new(state, limit)
  local self = setmetatable(Toggle.new(state), NthToggle)
  self.limit = limit
  self.counter = 0
  return self
end

function NthToggle:activate()
  self.counter = self.counter + 1
  if self.counter >= self.limit then
    Toggle.activate(self)
    self.counter = 0
  end
  return self
end

local Shape = {}
Shape.__index = Shape

function Shape.new(class, size)
  return setmetatable({ size = size }, class)
end

function Shape:area()
  return 0
end

function Shape:twice_area()
  return 2 * self:area()
end

local Square = setmetatable({}, { __index = Shape })
Square.__index = Square

function Square:area()
  return self.size * self.size
end

local Triangle = setmetatable({}, { __index = Shape })
Triangle.__index = Triangle

function Triangle:area()
  return self.size * self.size // 2
end

local Line = setmetatable({}, { __index = Shape })
Line.__index = Line

local function count_active(toggle, rounds)
  local active = 0
  for _ = 1, rounds do
    if toggle:activate():value() then active = active + 1 end
  end
  return active
end

local function total_area(shapes, rounds)
  local total = 0
  for _ = 1, rounds do
    for i = 1, #shapes do
      total = total + shapes[i]:twice_area()
    end
  end
  return total
end

print(count_active(Toggle.new(true), 3000001))
print(count_active(NthToggle.new(true, 3), 3000000))
local shapes = {
  Shape.new(Square, 3), Shape.new(Triangle, 5), Shape.new(Line, 7),
  Shape.new(Square, 2), Shape.new(Triangle, 9),
}
print(total_area(shapes, 600000))
