"""Rules of the virtual network: latency, bandwidth, faults, and names of hosts.

Every function is a command of %net. A place is a host's name or address, with ":port" for one of its ports; without a
place the rule holds for every link, the loopback too. Times are seconds or texts such as "20ms"; all of it is virtual.
The same seed gives the same losses again.
"""
import pellucid as _machine

__all__ = ["latency", "bandwidth", "drop", "delay", "partition", "heal", "refuse", "host", "seed", "reset"]


def _time(value):
    return value if isinstance(value, str) else f"{round(value * 1e9)}ns"


def _at(place):
    return () if place is None else (place,)


def latency(time, place=None):
    """How long a segment takes, one way."""
    return _machine._network("latency", _time(time), *_at(place))


def bandwidth(rate, place=None):
    """Bytes a second (a number, or a text such as "1MB/s"); None: unlimited."""
    if not isinstance(rate, str):
        rate = "none" if rate is None else f"{round(rate)}B/s"
    return _machine._network("bandwidth", rate, *_at(place))


def drop(share, place=None):
    """The share of segments that are lost: a number from 0 to 1, or a text such as "10%"."""
    return _machine._network("drop", share if isinstance(share, str) else f"{share * 100}%", *_at(place))


def delay(time, place=None):
    """Up to so much more, for each segment by chance: they may overtake each other."""
    return _machine._network("delay", _time(time), *_at(place))


def partition(place=None):
    """Nothing gets through until heal()."""
    return _machine._network("partition", *_at(place))


def heal(place=None):
    """Partitions, losses and refusals end."""
    return _machine._network("heal", *_at(place))


def refuse(place):
    """Connection requests to a place are answered by a reset."""
    return _machine._network("refuse", place)


def host(name, address=None):
    """A name for an address; without one, for a fresh address of this machine, as if it were another computer."""
    _machine._network("host", name, *_at(address))
    import socket
    return socket.gethostbyname(name)


def seed(number):
    """Chance in the network begins anew."""
    return _machine._network("seed", str(number))


def reset():
    """Every link as at the start; registered names and sites are gone."""
    return _machine._network("reset")
