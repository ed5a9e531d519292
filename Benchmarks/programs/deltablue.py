# DeltaBlue, an incremental solver of one-way constraints with strengths: a web of small objects,
# methods found through two levels of inheritance, lists as work queues.

# Strengths: the smaller number is the stronger.
REQUIRED = 0
STRONG_PREFERRED = 1
PREFERRED = 2
STRONG_DEFAULT = 3
NORMAL = 4
WEAK_DEFAULT = 5
WEAKEST = 6

# Which way a constraint between two variables is solved.
UNSOLVED = 0
FORWARD = 1
BACKWARD = 2


class Variable:
    def __init__(self, name, value):
        self.name = name
        self.value = value
        self.constraints = []
        self.determined_by = None
        self.mark = 0
        self.strength = WEAKEST
        self.stays = True


class Constraint:
    def __init__(self, strength):
        self.strength = strength

    def is_input(self):
        return False

    def add_to(self, planner):
        self.attach()
        planner.incremental_add(self)

    def remove_from(self, planner):
        if self.is_satisfied():
            planner.incremental_remove(self)
        else:
            self.detach()

    # Tries to enforce this constraint, and returns the constraint that it displaced, or None.
    def satisfy(self, mark, planner):
        self.choose_method(mark)
        if not self.is_satisfied():
            if self.strength == REQUIRED:
                raise ValueError("a required constraint cannot be met")
            return None
        self.mark_inputs(mark)
        output = self.output()
        displaced = output.determined_by
        if displaced is not None:
            displaced.mark_unsatisfied()
        output.determined_by = self
        if not planner.add_propagate(self, mark):
            raise ValueError("the constraints form a cycle")
        output.mark = mark
        return displaced


# A constraint on one variable.
class UnaryConstraint(Constraint):
    def __init__(self, variable, strength, planner):
        super().__init__(strength)
        self.variable = variable
        self.satisfied = False
        self.add_to(planner)

    def attach(self):
        self.variable.constraints.append(self)
        self.satisfied = False

    def detach(self):
        self.variable.constraints.remove(self)
        self.satisfied = False

    def choose_method(self, mark):
        self.satisfied = self.variable.mark != mark and self.strength < self.variable.strength

    def is_satisfied(self):
        return self.satisfied

    def mark_unsatisfied(self):
        self.satisfied = False

    def mark_inputs(self, mark):
        pass

    def inputs_known(self, mark):
        return True

    def output(self):
        return self.variable

    def recalculate(self):
        self.variable.strength = self.strength
        self.variable.stays = not self.is_input()
        if self.variable.stays:
            self.execute()

    def execute(self):
        pass


# Keeps a variable as it is.
class StayConstraint(UnaryConstraint):
    pass


# Marks a variable as set from outside.
class EditConstraint(UnaryConstraint):
    def is_input(self):
        return True


# A constraint between two variables, solvable in either direction.
class BinaryConstraint(Constraint):
    def __init__(self, first, second, strength, planner):
        super().__init__(strength)
        self.first = first
        self.second = second
        self.direction = UNSOLVED
        self.add_to(planner)

    def attach(self):
        self.first.constraints.append(self)
        self.second.constraints.append(self)
        self.direction = UNSOLVED

    def detach(self):
        self.first.constraints.remove(self)
        self.second.constraints.remove(self)
        self.direction = UNSOLVED

    def choose_method(self, mark):
        first = self.first
        second = self.second
        self.direction = UNSOLVED
        if first.mark == mark:
            if second.mark != mark and self.strength < second.strength:
                self.direction = FORWARD
        elif second.mark == mark:
            if self.strength < first.strength:
                self.direction = BACKWARD
        elif first.strength > second.strength:
            if self.strength < first.strength:
                self.direction = BACKWARD
        else:
            if self.strength < second.strength:
                self.direction = FORWARD

    def is_satisfied(self):
        return self.direction != UNSOLVED

    def mark_unsatisfied(self):
        self.direction = UNSOLVED

    def mark_inputs(self, mark):
        self.input().mark = mark

    def input(self):
        return self.first if self.direction == FORWARD else self.second

    def output(self):
        return self.second if self.direction == FORWARD else self.first

    def inputs_known(self, mark):
        input = self.input()
        return input.mark == mark or input.stays or input.determined_by is None

    def recalculate(self):
        input = self.input()
        output = self.output()
        output.strength = max(self.strength, input.strength)
        output.stays = input.stays
        if output.stays:
            self.execute()


# first == second
class EqualConstraint(BinaryConstraint):
    def execute(self):
        self.output().value = self.input().value


# second == first * scale + offset
class ScaleConstraint(BinaryConstraint):
    def __init__(self, first, scale, offset, second, strength, planner):
        self.scale = scale
        self.offset = offset
        super().__init__(first, second, strength, planner)

    def attach(self):
        super().attach()
        self.scale.constraints.append(self)
        self.offset.constraints.append(self)

    def detach(self):
        super().detach()
        self.scale.constraints.remove(self)
        self.offset.constraints.remove(self)

    def mark_inputs(self, mark):
        super().mark_inputs(mark)
        self.scale.mark = mark
        self.offset.mark = mark

    def execute(self):
        if self.direction == FORWARD:
            self.second.value = self.first.value * self.scale.value + self.offset.value
        else:
            self.first.value = (self.second.value - self.offset.value) // self.scale.value

    def recalculate(self):
        input = self.input()
        output = self.output()
        output.strength = max(self.strength, input.strength)
        output.stays = input.stays and self.scale.stays and self.offset.stays
        if output.stays:
            self.execute()


class Planner:
    def __init__(self):
        self.last_mark = 0

    def new_mark(self):
        self.last_mark += 1
        return self.last_mark

    def incremental_add(self, constraint):
        mark = self.new_mark()
        displaced = constraint.satisfy(mark, self)
        while displaced is not None:
            displaced = displaced.satisfy(mark, self)

    def incremental_remove(self, constraint):
        output = constraint.output()
        constraint.mark_unsatisfied()
        constraint.detach()
        unsatisfied = self.remove_propagate(output)
        for strength in range(REQUIRED, WEAKEST):
            for candidate in unsatisfied:
                if candidate.strength == strength:
                    self.incremental_add(candidate)

    # Recalculates everything downstream of the constraint; False when that leads back to it.
    def add_propagate(self, constraint, mark):
        pending = [constraint]
        while len(pending) > 0:
            step = pending.pop()
            output = step.output()
            if output.mark == mark:
                self.incremental_remove(constraint)
                return False
            step.recalculate()
            self.add_consumers(output, pending)
        return True

    # Frees everything downstream of the variable, and returns the constraints that could act now.
    def remove_propagate(self, variable):
        variable.determined_by = None
        variable.strength = WEAKEST
        variable.stays = True
        unsatisfied = []
        pending = [variable]
        while len(pending) > 0:
            current = pending.pop()
            determining = current.determined_by
            for constraint in current.constraints:
                if not constraint.is_satisfied():
                    unsatisfied.append(constraint)
                elif constraint is not determining:
                    constraint.recalculate()
                    pending.append(constraint.output())
        return unsatisfied

    def add_consumers(self, variable, pending):
        determining = variable.determined_by
        for constraint in variable.constraints:
            if constraint is not determining and constraint.is_satisfied():
                pending.append(constraint)

    # The constraints to execute, in order, when the sources have changed.
    def plan(self, sources):
        mark = self.new_mark()
        steps = []
        pending = [source for source in sources if source.is_input() and source.is_satisfied()]
        while len(pending) > 0:
            constraint = pending.pop()
            output = constraint.output()
            if output.mark != mark and constraint.inputs_known(mark):
                steps.append(constraint)
                output.mark = mark
                self.add_consumers(output, pending)
        return steps


def execute(steps):
    for constraint in steps:
        constraint.execute()


def change(variable, value, planner):
    edit = EditConstraint(variable, PREFERRED, planner)
    steps = planner.plan([edit])
    for _ in range(10):
        variable.value = value
        execute(steps)
    edit.remove_from(planner)


def check(expected, actual):
    if expected != actual:
        raise ValueError(f"expected {expected}, got {actual}")


# A long chain of equal variables, driven from its first.
def chain(length):
    planner = Planner()
    variables = [Variable(f"v{i}", 0) for i in range(length + 1)]
    for i in range(length):
        EqualConstraint(variables[i], variables[i + 1], REQUIRED, planner)
    first = variables[0]
    last = variables[length]
    StayConstraint(last, STRONG_DEFAULT, planner)
    edit = EditConstraint(first, PREFERRED, planner)
    steps = planner.plan([edit])
    total = 0
    for i in range(100):
        first.value = i
        execute(steps)
        check(i, last.value)
        total += last.value
    edit.remove_from(planner)
    return total


# Many pairs that share one scale and one offset, which are then changed.
def projection(count):
    planner = Planner()
    scale = Variable("scale", 10)
    offset = Variable("offset", 1000)
    sources = []
    targets = []
    for i in range(count):
        source = Variable(f"source{i}", i)
        target = Variable(f"target{i}", i)
        sources.append(source)
        targets.append(target)
        StayConstraint(source, NORMAL, planner)
        ScaleConstraint(source, scale, offset, target, REQUIRED, planner)
    source = sources[count - 1]
    target = targets[count - 1]
    change(source, 17, planner)
    check(1170, target.value)
    change(target, 1050, planner)
    check(5, source.value)
    change(scale, 5, planner)
    for i in range(count - 1):
        check(i * 5 + 1000, targets[i].value)
    change(offset, 2000, planner)
    total = 0
    for i in range(count - 1):
        check(i * 5 + 2000, targets[i].value)
        total += targets[i].value
    return total


def main():
    for round in range(16):
        print(chain(1500 + round), projection(1500 + round))


main()
