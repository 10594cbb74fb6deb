"""A peer for what Node's sockets cannot do: packets and descriptors. It takes one command a line on
stdin and answers each with one line: what came, or "end"."""

import os
import socket
import sys

listener = None
peer = None


def address_of(text):
    return "\0" + text[1:] if text.startswith("@") else text


def run(verb, rest):
    global listener, peer
    if verb in ("connect", "stream"):
        kind = socket.SOCK_STREAM if verb == "stream" else socket.SOCK_SEQPACKET
        peer = socket.socket(socket.AF_UNIX, kind)
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
    if verb == "line":
        peer.send(rest.encode() + b"\n")
        return "sent"
    if verb == "give":
        count, _, path = rest.partition(" ")
        files = [os.open(path, os.O_RDONLY)] * int(count)
        socket.send_fds(peer, [b"given\n"], files)
        os.close(files[0])
        return "given"
    if verb == "take":
        # The kernel may give bytes before and behind a descriptor in one piece or in several.
        data, texts = b"", []
        while not data.endswith(rest.encode() + b"\n"):
            piece, files, _, _ = socket.recv_fds(peer, 4096, 4)
            if not piece:
                return "end"
            texts += [os.pread(file, 40, 0).decode() for file in files]
            data += piece
        return "%s: %s" % (data.decode().replace("\n", "/"), texts)
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
