"""Ten thousand connections in one thread: epoll says who has something to say.

Run: pellucid run examples/c10k_poller.py
"""
import selectors
import socket
import time

COUNT = 10_000

selector = selectors.DefaultSelector()
server = socket.create_server(("127.0.0.1", 8000), backlog=COUNT)
server.setblocking(False)


def accept(listener):
    try:
        while True:
            connection, _ = listener.accept()
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, echo)
    except BlockingIOError:
        pass


def echo(connection):
    data = connection.recv(1024)
    if data:
        connection.send(data.upper())
    else:
        selector.unregister(connection)
        connection.close()


def connected(connection):
    connection.send(b"hello %d" % connection.fileno())
    selector.modify(connection, selectors.EVENT_READ, answered)


def answered(connection):
    answers.append(connection.recv(1024))
    selector.unregister(connection)
    connection.close()


selector.register(server, selectors.EVENT_READ, accept)
answers = []
for _ in range(COUNT):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", 8000))
    selector.register(client, selectors.EVENT_WRITE, connected)
turns = 0
while len(answers) < COUNT:
    turns += 1
    for key, _ in selector.select():
        key.data(key.fileobj)
print(f"{len(answers)} answers in {turns} turns, the last {answers[-1]}, at {time.monotonic():.3f} s of virtual time")
