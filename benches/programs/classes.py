# Classes: attributes, methods, properties, slots, operators in Python, super().
class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y


class Account:
    rate = 3

    def __init__(self, owner, balance=0):
        self.owner = owner
        self._balance = balance

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount):
        self._balance += amount
        return self


class Savings(Account):
    def deposit(self, amount):
        return super().deposit(amount + self.rate)


position, step = Vector(0, 0), Vector(1, 2)
accounts = [Account("a"), Savings("b"), Savings("c", 10)]
for i in range(60000):
    position = position + step
    if position == step:
        print("back")
    for account in accounts:
        account.deposit(i & 7)
print(position.x, position.y, [a.balance for a in accounts])
