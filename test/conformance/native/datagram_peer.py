"""A peer of datagrams. It takes one command a line on stdin and answers each with one line.
Addresses are host:port, a path, or @ and an abstract name."""

import socket
import sys

own = None
target = None


def address_of(text):
    if text.startswith("@"):
        return "\0" + text[1:]
    if text.startswith("/"):
        return text
    host, _, port = text.rpartition(":")
    return (host, int(port))


def text_of(address):
    if isinstance(address, tuple):
        return "%s:%d" % address[:2]
    text = address if isinstance(address, str) else address.decode()
    return "@" + text[1:] if text.startswith("\0") else text or "(unnamed)"


def show(datagram):
    return "%d: %s" % (len(datagram), datagram[:24].decode())


def run(verb, rest):
    global own, target
    if verb in ("udp", "unix"):
        own = socket.socket(socket.AF_INET if verb == "udp" else socket.AF_UNIX, socket.SOCK_DGRAM)
        if rest:
            own.bind(address_of(rest))
        return text_of(own.getsockname())
    if verb == "interface":
        own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(rest))
        return "set"
    if verb == "to":
        target = address_of(rest)
        return "set"
    if verb == "send":
        own.sendto(rest.encode(), target)
        return "sent"
    if verb == "zeros":
        own.sendto(b"0" * int(rest), target)
        return "sent"
    if verb == "receive":
        return show(own.recv(65536))
    if verb == "receives":
        return " ".join(own.recv(65536).decode() for _ in range(int(rest)))
    if verb == "answer":
        datagram, peer = own.recvfrom(65536)
        own.sendto(rest.encode(), peer)
        return show(datagram)
    if verb == "close":
        own.close()
        return "closed"
    raise ValueError(verb)


for line in sys.stdin:
    verb, _, rest = line.rstrip("\n").partition(" ")
    try:
        print(run(verb, rest), flush=True)
    except OSError as error:
        print("error: %s" % error.strerror, flush=True)
