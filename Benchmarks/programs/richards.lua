-- The kernel of a small operating system that schedules six tasks: linked packets, objects that
-- change state, one method with many implementations.

local IDLE = 0
local WORKER = 1
local HANDLER_A = 2
local HANDLER_B = 3
local DEVICE_A = 4
local DEVICE_B = 5

local DEVICE_PACKET = 0
local WORK_PACKET = 1

local PAYLOAD = 4

local Packet = {}
Packet.__index = Packet

function Packet.new(link, destination, kind)
  return setmetatable({
    link = link,
    destination = destination,
    kind = kind,
    progress = 0,
    payload = { 0, 0, 0, 0 },
  }, Packet)
end

-- Appends this packet to a queue and returns the head of the queue.
function Packet:append_to(queue)
  self.link = nil
  if queue == nil then return self end
  local last = queue
  while last.link ~= nil do
    last = last.link
  end
  last.link = self
  return queue
end

local Task = {}
Task.__index = Task

function Task.new(class, scheduler, name, priority, queue)
  local self = setmetatable({
    scheduler = scheduler,
    name = name,
    priority = priority,
    queue = queue,
    next_task = nil,
    has_packet = queue ~= nil,
    waiting = true,
    held = false,
  }, class)
  scheduler:add(self)
  return self
end

function Task:cannot_run()
  return self.held or (self.waiting and not self.has_packet)
end

-- Gives the task its turn, with the packet that it waited for, and returns who is next.
function Task:take_turn()
  local packet = nil
  if self.waiting and self.has_packet then
    packet = self.queue
    self.queue = packet.link
    self.waiting = false
    self.has_packet = self.queue ~= nil
  end
  return self:run(packet)
end

-- Takes a packet that `sender` queued, and returns whichever of the two comes first.
function Task:receive(packet, sender)
  if self.queue == nil then
    self.queue = packet
    self.has_packet = true
    if self.priority > sender.priority then return self end
  else
    self.queue = packet:append_to(self.queue)
  end
  return sender
end

local IdleTask = setmetatable({}, { __index = Task })
IdleTask.__index = IdleTask

function IdleTask.new(scheduler, rounds)
  local self = Task.new(IdleTask, scheduler, IDLE, 0, nil)
  self.waiting = false
  self.random = 1
  self.rounds = rounds
  return self
end

function IdleTask:run()
  self.rounds = self.rounds - 1
  if self.rounds == 0 then return self.scheduler:hold_current() end
  if self.random & 1 == 0 then
    self.random = self.random >> 1
    return self.scheduler:release(DEVICE_A)
  end
  self.random = (self.random >> 1) ~ 0xD008
  return self.scheduler:release(DEVICE_B)
end

local WorkerTask = setmetatable({}, { __index = Task })
WorkerTask.__index = WorkerTask

function WorkerTask.new(scheduler, queue)
  local self = Task.new(WorkerTask, scheduler, WORKER, 1000, queue)
  self.destination = HANDLER_A
  self.letter = 0
  return self
end

function WorkerTask:run(packet)
  if packet == nil then return self.scheduler:wait_current() end
  if self.destination == HANDLER_A then
    self.destination = HANDLER_B
  else
    self.destination = HANDLER_A
  end
  packet.destination = self.destination
  packet.progress = 0
  for i = 1, PAYLOAD do
    self.letter = self.letter + 1
    if self.letter > 26 then self.letter = 1 end
    packet.payload[i] = self.letter
  end
  return self.scheduler:send(packet)
end

local HandlerTask = setmetatable({}, { __index = Task })
HandlerTask.__index = HandlerTask

function HandlerTask.new(scheduler, name, priority, queue)
  local self = Task.new(HandlerTask, scheduler, name, priority, queue)
  self.work = nil
  self.devices = nil
  return self
end

function HandlerTask:run(packet)
  if packet ~= nil then
    if packet.kind == WORK_PACKET then
      self.work = packet:append_to(self.work)
    else
      self.devices = packet:append_to(self.devices)
    end
  end
  local work = self.work
  if work ~= nil then
    local progress = work.progress
    if progress >= PAYLOAD then
      self.work = work.link
      return self.scheduler:send(work)
    end
    local device = self.devices
    if device ~= nil then
      self.devices = device.link
      device.progress = work.payload[progress + 1]
      work.progress = progress + 1
      return self.scheduler:send(device)
    end
  end
  return self.scheduler:wait_current()
end

local DeviceTask = setmetatable({}, { __index = Task })
DeviceTask.__index = DeviceTask

function DeviceTask.new(scheduler, name, priority)
  local self = Task.new(DeviceTask, scheduler, name, priority, nil)
  self.pending = nil
  return self
end

function DeviceTask:run(packet)
  if packet ~= nil then
    self.pending = packet
    return self.scheduler:hold_current()
  end
  local pending = self.pending
  if pending == nil then return self.scheduler:wait_current() end
  self.pending = nil
  return self.scheduler:send(pending)
end

local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler.new()
  return setmetatable({
    tasks = {},
    first = nil,
    current = nil,
    sent = 0,
    holds = 0,
  }, Scheduler)
end

function Scheduler:add(task)
  task.next_task = self.first
  self.first = task
  self.tasks[task.name] = task
end

function Scheduler:schedule()
  self.current = self.first
  while self.current ~= nil do
    if self.current:cannot_run() then
      self.current = self.current.next_task
    else
      self.current = self.current:take_turn()
    end
  end
end

function Scheduler:release(name)
  local task = self.tasks[name]
  task.held = false
  return task.priority > self.current.priority and task or self.current
end

function Scheduler:hold_current()
  self.holds = self.holds + 1
  self.current.held = true
  return self.current.next_task
end

function Scheduler:wait_current()
  self.current.waiting = true
  return self.current
end

function Scheduler:send(packet)
  local receiver = self.tasks[packet.destination]
  self.sent = self.sent + 1
  packet.link = nil
  packet.destination = self.current.name
  return receiver:receive(packet, self.current)
end

local function packets(count, destination, kind)
  local queue = nil
  for _ = 1, count do
    queue = Packet.new(queue, destination, kind)
  end
  return queue
end

local function simulate(rounds)
  local scheduler = Scheduler.new()
  IdleTask.new(scheduler, rounds)
  WorkerTask.new(scheduler, packets(2, WORKER, WORK_PACKET))
  HandlerTask.new(scheduler, HANDLER_A, 2000, packets(3, DEVICE_A, DEVICE_PACKET))
  HandlerTask.new(scheduler, HANDLER_B, 3000, packets(3, DEVICE_B, DEVICE_PACKET))
  DeviceTask.new(scheduler, DEVICE_A, 4000)
  DeviceTask.new(scheduler, DEVICE_B, 5000)
  scheduler:schedule()
  return scheduler
end

local function main()
  local sent = 0
  local holds = 0
  for _ = 1, 350 do
    local scheduler = simulate(1000)
    sent = sent + scheduler.sent
    holds = holds + scheduler.holds
  end
  print(sent .. " " .. holds)
end

main()
