-- DeltaBlue, an incremental solver of one-way constraints with strengths: a web of small objects,
-- methods found through two levels of inheritance, tables as work queues.

-- Strengths: the smaller number is the stronger.
local REQUIRED = 0
local STRONG_PREFERRED = 1
local PREFERRED = 2
local STRONG_DEFAULT = 3
local NORMAL = 4
local WEAK_DEFAULT = 5
local WEAKEST = 6

-- Which way a constraint between two variables is solved.
local UNSOLVED = 0
local FORWARD = 1
local BACKWARD = 2

local max = math.max
local remove = table.remove

local function class(base)
  local new_class = setmetatable({}, { __index = base })
  new_class.__index = new_class
  return new_class
end

local function remove_value(list, value)
  for i = 1, #list do
    if list[i] == value then
      remove(list, i)
      return
    end
  end
end

local Variable = class()

function Variable.new(name, value)
  return setmetatable({
    name = name,
    value = value,
    constraints = {},
    determined_by = nil,
    mark = 0,
    strength = WEAKEST,
    stays = true,
  }, Variable)
end

local Constraint = class()

function Constraint:is_input()
  return false
end

function Constraint:add_to(planner)
  self:attach()
  planner:incremental_add(self)
end

function Constraint:remove_from(planner)
  if self:is_satisfied() then
    planner:incremental_remove(self)
  else
    self:detach()
  end
end

-- Tries to enforce this constraint, and returns the constraint that it displaced, or nil.
function Constraint:satisfy(mark, planner)
  self:choose_method(mark)
  if not self:is_satisfied() then
    if self.strength == REQUIRED then error("a required constraint cannot be met") end
    return nil
  end
  self:mark_inputs(mark)
  local output = self:output()
  local displaced = output.determined_by
  if displaced ~= nil then displaced:mark_unsatisfied() end
  output.determined_by = self
  if not planner:add_propagate(self, mark) then error("the constraints form a cycle") end
  output.mark = mark
  return displaced
end

-- A constraint on one variable.
local UnaryConstraint = class(Constraint)

function UnaryConstraint.new(unary_class, variable, strength, planner)
  local self = setmetatable({
    strength = strength,
    variable = variable,
    satisfied = false,
  }, unary_class)
  self:add_to(planner)
  return self
end

function UnaryConstraint:attach()
  local constraints = self.variable.constraints
  constraints[#constraints + 1] = self
  self.satisfied = false
end

function UnaryConstraint:detach()
  remove_value(self.variable.constraints, self)
  self.satisfied = false
end

function UnaryConstraint:choose_method(mark)
  self.satisfied = self.variable.mark ~= mark and self.strength < self.variable.strength
end

function UnaryConstraint:is_satisfied()
  return self.satisfied
end

function UnaryConstraint:mark_unsatisfied()
  self.satisfied = false
end

function UnaryConstraint:mark_inputs()
end

function UnaryConstraint:inputs_known()
  return true
end

function UnaryConstraint:output()
  return self.variable
end

function UnaryConstraint:recalculate()
  self.variable.strength = self.strength
  self.variable.stays = not self:is_input()
  if self.variable.stays then self:execute() end
end

function UnaryConstraint:execute()
end

-- Keeps a variable as it is.
local StayConstraint = class(UnaryConstraint)

-- Marks a variable as set from outside.
local EditConstraint = class(UnaryConstraint)

function EditConstraint:is_input()
  return true
end

-- A constraint between two variables, solvable in either direction.
local BinaryConstraint = class(Constraint)

function BinaryConstraint:attach()
  local constraints = self.first.constraints
  constraints[#constraints + 1] = self
  constraints = self.second.constraints
  constraints[#constraints + 1] = self
  self.direction = UNSOLVED
end

function BinaryConstraint:detach()
  remove_value(self.first.constraints, self)
  remove_value(self.second.constraints, self)
  self.direction = UNSOLVED
end

function BinaryConstraint:choose_method(mark)
  local first = self.first
  local second = self.second
  self.direction = UNSOLVED
  if first.mark == mark then
    if second.mark ~= mark and self.strength < second.strength then self.direction = FORWARD end
  elseif second.mark == mark then
    if self.strength < first.strength then self.direction = BACKWARD end
  elseif first.strength > second.strength then
    if self.strength < first.strength then self.direction = BACKWARD end
  else
    if self.strength < second.strength then self.direction = FORWARD end
  end
end

function BinaryConstraint:is_satisfied()
  return self.direction ~= UNSOLVED
end

function BinaryConstraint:mark_unsatisfied()
  self.direction = UNSOLVED
end

function BinaryConstraint:mark_inputs(mark)
  self:input().mark = mark
end

function BinaryConstraint:input()
  return self.direction == FORWARD and self.first or self.second
end

function BinaryConstraint:output()
  return self.direction == FORWARD and self.second or self.first
end

function BinaryConstraint:inputs_known(mark)
  local input = self:input()
  return input.mark == mark or input.stays or input.determined_by == nil
end

function BinaryConstraint:recalculate()
  local input = self:input()
  local output = self:output()
  output.strength = max(self.strength, input.strength)
  output.stays = input.stays
  if output.stays then self:execute() end
end

-- first == second
local EqualConstraint = class(BinaryConstraint)

function EqualConstraint.new(first, second, strength, planner)
  local self = setmetatable({
    strength = strength,
    first = first,
    second = second,
    direction = UNSOLVED,
  }, EqualConstraint)
  self:add_to(planner)
  return self
end

function EqualConstraint:execute()
  self:output().value = self:input().value
end

-- second == first * scale + offset
local ScaleConstraint = class(BinaryConstraint)

function ScaleConstraint.new(first, scale, offset, second, strength, planner)
  local self = setmetatable({
    strength = strength,
    first = first,
    second = second,
    direction = UNSOLVED,
    scale = scale,
    offset = offset,
  }, ScaleConstraint)
  self:add_to(planner)
  return self
end

function ScaleConstraint:attach()
  BinaryConstraint.attach(self)
  local constraints = self.scale.constraints
  constraints[#constraints + 1] = self
  constraints = self.offset.constraints
  constraints[#constraints + 1] = self
end

function ScaleConstraint:detach()
  BinaryConstraint.detach(self)
  remove_value(self.scale.constraints, self)
  remove_value(self.offset.constraints, self)
end

function ScaleConstraint:mark_inputs(mark)
  BinaryConstraint.mark_inputs(self, mark)
  self.scale.mark = mark
  self.offset.mark = mark
end

function ScaleConstraint:execute()
  if self.direction == FORWARD then
    self.second.value = self.first.value * self.scale.value + self.offset.value
  else
    self.first.value = (self.second.value - self.offset.value) // self.scale.value
  end
end

function ScaleConstraint:recalculate()
  local input = self:input()
  local output = self:output()
  output.strength = max(self.strength, input.strength)
  output.stays = input.stays and self.scale.stays and self.offset.stays
  if output.stays then self:execute() end
end

local Planner = class()

function Planner.new()
  return setmetatable({ last_mark = 0 }, Planner)
end

function Planner:new_mark()
  self.last_mark = self.last_mark + 1
  return self.last_mark
end

function Planner:incremental_add(constraint)
  local mark = self:new_mark()
  local displaced = constraint:satisfy(mark, self)
  while displaced ~= nil do
    displaced = displaced:satisfy(mark, self)
  end
end

function Planner:incremental_remove(constraint)
  local output = constraint:output()
  constraint:mark_unsatisfied()
  constraint:detach()
  local unsatisfied = self:remove_propagate(output)
  for strength = REQUIRED, WEAKEST - 1 do
    for i = 1, #unsatisfied do
      local candidate = unsatisfied[i]
      if candidate.strength == strength then self:incremental_add(candidate) end
    end
  end
end

-- Recalculates everything downstream of the constraint; false when that leads back to it.
function Planner:add_propagate(constraint, mark)
  local pending = { constraint }
  while #pending > 0 do
    local step = remove(pending)
    local output = step:output()
    if output.mark == mark then
      self:incremental_remove(constraint)
      return false
    end
    step:recalculate()
    self:add_consumers(output, pending)
  end
  return true
end

-- Frees everything downstream of the variable, and returns the constraints that could act now.
function Planner:remove_propagate(variable)
  variable.determined_by = nil
  variable.strength = WEAKEST
  variable.stays = true
  local unsatisfied = {}
  local pending = { variable }
  while #pending > 0 do
    local current = remove(pending)
    local determining = current.determined_by
    local constraints = current.constraints
    for i = 1, #constraints do
      local constraint = constraints[i]
      if not constraint:is_satisfied() then
        unsatisfied[#unsatisfied + 1] = constraint
      elseif constraint ~= determining then
        constraint:recalculate()
        pending[#pending + 1] = constraint:output()
      end
    end
  end
  return unsatisfied
end

function Planner:add_consumers(variable, pending)
  local determining = variable.determined_by
  local constraints = variable.constraints
  for i = 1, #constraints do
    local constraint = constraints[i]
    if constraint ~= determining and constraint:is_satisfied() then
      pending[#pending + 1] = constraint
    end
  end
end

-- The constraints to execute, in order, when the sources have changed.
function Planner:plan(sources)
  local mark = self:new_mark()
  local steps = {}
  local pending = {}
  for _, source in ipairs(sources) do
    if source:is_input() and source:is_satisfied() then pending[#pending + 1] = source end
  end
  while #pending > 0 do
    local constraint = remove(pending)
    local output = constraint:output()
    if output.mark ~= mark and constraint:inputs_known(mark) then
      steps[#steps + 1] = constraint
      output.mark = mark
      self:add_consumers(output, pending)
    end
  end
  return steps
end

local function execute(steps)
  for i = 1, #steps do
    steps[i]:execute()
  end
end

local function change(variable, value, planner)
  local edit = UnaryConstraint.new(EditConstraint, variable, PREFERRED, planner)
  local steps = planner:plan({ edit })
  for _ = 1, 10 do
    variable.value = value
    execute(steps)
  end
  edit:remove_from(planner)
end

local function check(expected, actual)
  if expected ~= actual then error("expected " .. expected .. ", got " .. actual) end
end

-- A long chain of equal variables, driven from its first.
local function chain(length)
  local planner = Planner.new()
  local variables = {}
  for i = 0, length do variables[i + 1] = Variable.new("v" .. i, 0) end
  for i = 1, length do
    EqualConstraint.new(variables[i], variables[i + 1], REQUIRED, planner)
  end
  local first = variables[1]
  local last = variables[length + 1]
  UnaryConstraint.new(StayConstraint, last, STRONG_DEFAULT, planner)
  local edit = UnaryConstraint.new(EditConstraint, first, PREFERRED, planner)
  local steps = planner:plan({ edit })
  local total = 0
  for i = 0, 99 do
    first.value = i
    execute(steps)
    check(i, last.value)
    total = total + last.value
  end
  edit:remove_from(planner)
  return total
end

-- Many pairs that share one scale and one offset, which are then changed.
local function projection(count)
  local planner = Planner.new()
  local scale = Variable.new("scale", 10)
  local offset = Variable.new("offset", 1000)
  local sources = {}
  local targets = {}
  for i = 0, count - 1 do
    local source = Variable.new("source" .. i, i)
    local target = Variable.new("target" .. i, i)
    sources[i + 1] = source
    targets[i + 1] = target
    UnaryConstraint.new(StayConstraint, source, NORMAL, planner)
    ScaleConstraint.new(source, scale, offset, target, REQUIRED, planner)
  end
  local source = sources[count]
  local target = targets[count]
  change(source, 17, planner)
  check(1170, target.value)
  change(target, 1050, planner)
  check(5, source.value)
  change(scale, 5, planner)
  for i = 0, count - 2 do
    check(i * 5 + 1000, targets[i + 1].value)
  end
  change(offset, 2000, planner)
  local total = 0
  for i = 0, count - 2 do
    check(i * 5 + 2000, targets[i + 1].value)
    total = total + targets[i + 1].value
  end
  return total
end

local function main()
  for round = 0, 15 do
    print(chain(1500 + round) .. " " .. projection(1500 + round))
  end
end

main()
