# Methods: inherited, overridden, through `super`, and on a mixed list of classes.


class Toggle:
    def __init__(self, state):
        self.state = state

    def value(self):
        return self.state

    def activate(self):
        self.state = not self.state
        return self


class NthToggle(Toggle):
    def __init__(self, state, limit):
        super().__init__(state)
        self.limit = limit
        self.counter = 0

    def activate(self):
        self.counter += 1
        if self.counter >= self.limit:
            super().activate()
            self.counter = 0
        return self


class Shape:
    def __init__(self, size):
        self.size = size

    def area(self):
        return 0

    def twice_area(self):
        return 2 * self.area()


class Square(Shape):
    def area(self):
        return self.size * self.size


class Triangle(Shape):
    def area(self):
        return self.size * self.size // 2


class Line(Shape):
    pass


def count_active(toggle, rounds):
    active = 0
    for _ in range(rounds):
        if toggle.activate().value():
            active += 1
    return active


def total_area(shapes, rounds):
    total = 0
    for _ in range(rounds):
        for shape in shapes:
            total += shape.twice_area()
    return total


print(count_active(Toggle(True), 3000001))
print(count_active(NthToggle(True, 3), 3000000))
print(total_area([Square(3), Triangle(5), Line(7), Square(2), Triangle(9)], 600000))
