"""Ten thousand connections, a thread for each: the same work as c10k_poller.py.

Run: pellucid run examples/c10k_threads.py
"""
import socket
import threading
import time

COUNT = 10_000

server = socket.create_server(("127.0.0.1", 8000), backlog=COUNT)


def echo(connection):
    with connection:
        while data := connection.recv(1024):
            connection.send(data.upper())


def serve():
    for _ in range(COUNT):
        connection, _ = server.accept()
        threading.Thread(target=echo, args=(connection,)).start()


threading.Thread(target=serve).start()
clients = [socket.create_connection(("127.0.0.1", 8000)) for _ in range(COUNT)]
for number, client in enumerate(clients):
    client.send(b"hello %d" % number)
answers = [client.recv(1024) for client in clients]
print(f"{len(answers)} answers from {threading.active_count() - 1} threads, the last {answers[-1]}, at {time.monotonic():.3f} s of virtual time")
for client in clients:
    client.close()
