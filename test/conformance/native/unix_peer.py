"""A peer for what Node's sockets cannot do: packets. It takes one command a line on stdin and
answers each with one line: what came, or "end"."""

import socket
import sys

listener = None
peer = None


def address_of(text):
    return "\0" + text[1:] if text.startswith("@") else text


def run(verb, rest):
    global listener, peer
    if verb == "connect":
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        peer.connect(address_of(rest))
        return "connected"
    if verb == "listen":
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(address_of(rest))
        listener.listen(8)
        return "listens"
    if verb == "accept":
        peer, _ = listener.accept()
        return "accepted"
    if verb == "send":
        peer.send(rest.encode())
        return "sent"
    if verb == "zeros":
        peer.send(b"0" * int(rest))
        return "sent"
    if verb == "receive":
        packet = peer.recv(65536)
        return "%d: %s" % (len(packet), packet[:40].decode()) if packet else "end"
    if verb == "sizes":
        return " ".join(str(len(peer.recv(65536))) for _ in range(int(rest)))
    if verb == "close":
        peer.close()
        return "closed"
    raise ValueError(verb)


for line in sys.stdin:
    verb, _, rest = line.rstrip("\n").partition(" ")
    try:
        print(run(verb, rest), flush=True)
    except OSError as error:
        print("error: %s" % error.strerror, flush=True)
