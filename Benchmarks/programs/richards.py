# The kernel of a small operating system that schedules six tasks: linked packets, objects that
# change state, one method with many implementations.

IDLE = 0
WORKER = 1
HANDLER_A = 2
HANDLER_B = 3
DEVICE_A = 4
DEVICE_B = 5

DEVICE_PACKET = 0
WORK_PACKET = 1

PAYLOAD = 4


class Packet:
    def __init__(self, link, destination, kind):
        self.link = link
        self.destination = destination
        self.kind = kind
        self.progress = 0
        self.payload = [0] * PAYLOAD

    # Appends this packet to a queue and returns the head of the queue.
    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    def __init__(self, scheduler, name, priority, queue):
        self.scheduler = scheduler
        self.name = name
        self.priority = priority
        self.queue = queue
        self.next_task = None
        self.has_packet = queue is not None
        self.waiting = True
        self.held = False
        scheduler.add(self)

    def cannot_run(self):
        return self.held or (self.waiting and not self.has_packet)

    # Gives the task its turn, with the packet that it waited for, and returns who is next.
    def take_turn(self):
        packet = None
        if self.waiting and self.has_packet:
            packet = self.queue
            self.queue = packet.link
            self.waiting = False
            self.has_packet = self.queue is not None
        return self.run(packet)

    # Takes a packet that `sender` queued, and returns whichever of the two comes first.
    def receive(self, packet, sender):
        if self.queue is None:
            self.queue = packet
            self.has_packet = True
            if self.priority > sender.priority:
                return self
        else:
            self.queue = packet.append_to(self.queue)
        return sender


class IdleTask(Task):
    def __init__(self, scheduler, rounds):
        super().__init__(scheduler, IDLE, 0, None)
        self.waiting = False
        self.random = 1
        self.rounds = rounds

    def run(self, packet):
        self.rounds -= 1
        if self.rounds == 0:
            return self.scheduler.hold_current()
        if self.random & 1 == 0:
            self.random = self.random >> 1
            return self.scheduler.release(DEVICE_A)
        self.random = (self.random >> 1) ^ 0xD008
        return self.scheduler.release(DEVICE_B)


class WorkerTask(Task):
    def __init__(self, scheduler, queue):
        super().__init__(scheduler, WORKER, 1000, queue)
        self.destination = HANDLER_A
        self.letter = 0

    def run(self, packet):
        if packet is None:
            return self.scheduler.wait_current()
        if self.destination == HANDLER_A:
            self.destination = HANDLER_B
        else:
            self.destination = HANDLER_A
        packet.destination = self.destination
        packet.progress = 0
        for i in range(PAYLOAD):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            packet.payload[i] = self.letter
        return self.scheduler.send(packet)


class HandlerTask(Task):
    def __init__(self, scheduler, name, priority, queue):
        super().__init__(scheduler, name, priority, queue)
        self.work = None
        self.devices = None

    def run(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is not None:
            progress = work.progress
            if progress >= PAYLOAD:
                self.work = work.link
                return self.scheduler.send(work)
            device = self.devices
            if device is not None:
                self.devices = device.link
                device.progress = work.payload[progress]
                work.progress = progress + 1
                return self.scheduler.send(device)
        return self.scheduler.wait_current()


class DeviceTask(Task):
    def __init__(self, scheduler, name, priority):
        super().__init__(scheduler, name, priority, None)
        self.pending = None

    def run(self, packet):
        if packet is not None:
            self.pending = packet
            return self.scheduler.hold_current()
        pending = self.pending
        if pending is None:
            return self.scheduler.wait_current()
        self.pending = None
        return self.scheduler.send(pending)


class Scheduler:
    def __init__(self):
        self.tasks = [None] * 6
        self.first = None
        self.current = None
        self.sent = 0
        self.holds = 0

    def add(self, task):
        task.next_task = self.first
        self.first = task
        self.tasks[task.name] = task

    def schedule(self):
        self.current = self.first
        while self.current is not None:
            if self.current.cannot_run():
                self.current = self.current.next_task
            else:
                self.current = self.current.take_turn()

    def release(self, name):
        task = self.tasks[name]
        task.held = False
        return task if task.priority > self.current.priority else self.current

    def hold_current(self):
        self.holds += 1
        self.current.held = True
        return self.current.next_task

    def wait_current(self):
        self.current.waiting = True
        return self.current

    def send(self, packet):
        receiver = self.tasks[packet.destination]
        self.sent += 1
        packet.link = None
        packet.destination = self.current.name
        return receiver.receive(packet, self.current)


def packets(count, destination, kind):
    queue = None
    for _ in range(count):
        queue = Packet(queue, destination, kind)
    return queue


def simulate(rounds):
    scheduler = Scheduler()
    IdleTask(scheduler, rounds)
    WorkerTask(scheduler, packets(2, WORKER, WORK_PACKET))
    HandlerTask(scheduler, HANDLER_A, 2000, packets(3, DEVICE_A, DEVICE_PACKET))
    HandlerTask(scheduler, HANDLER_B, 3000, packets(3, DEVICE_B, DEVICE_PACKET))
    DeviceTask(scheduler, DEVICE_A, 4000)
    DeviceTask(scheduler, DEVICE_B, 5000)
    scheduler.schedule()
    return scheduler


def main():
    sent = 0
    holds = 0
    for _ in range(350):
        scheduler = simulate(1000)
        sent += scheduler.sent
        holds += scheduler.holds
    print(sent, holds)


main()
