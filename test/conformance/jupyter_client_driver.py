"""Speaks with a kernel by means of jupyter_client, as JSON lines tell it to: `driver.py <connection file>`.

In: {"channel", "message": {header, parent_header, metadata, content, buffers}}, or {"channel", "frames"} to send as they are.
Out: {"channel", header, parent_header, metadata, content, buffers} of each message, whose signature has been checked.
Bytes are in base64. Ends when its input does.
"""

import json
import os
import sys
from base64 import b64decode, b64encode

import zmq
from jupyter_client.connect import ConnectionFileMixin


class Client(ConnectionFileMixin):
    context = zmq.Context()


client = Client()
client.load_connection_file(sys.argv[1])
session = client.session
identity = session.bsession
sockets = {
    "shell": client.connect_shell(identity=identity),
    "control": client.connect_control(identity=identity),
    "stdin": client.connect_stdin(identity=identity),
    "iopub": client.connect_iopub(),
}
# Nothing is lost because a test floods its client.
sockets["iopub"].setsockopt(zmq.RCVHWM, 0)


def send(request):
    socket = sockets[request["channel"]]
    if "frames" in request:
        socket.send_multipart([b64decode(frame) for frame in request["frames"]])
        return
    message = request["message"]
    buffers = [b64decode(each) for each in message.pop("buffers")]
    session.send(socket, message, buffers=buffers)


def receive(name, socket):
    _, frames = session.feed_identities(socket.recv_multipart())
    # Raises when the signature is wrong, is that of an earlier message, or a part is no JSON.
    message = session.deserialize(frames)
    # Its dates have become objects, so the texts are read once more.
    parts = [json.loads(frame) for frame in frames[1:5]]
    told = dict(zip(("header", "parent_header", "metadata", "content"), parts))
    told["buffers"] = [b64encode(bytes(each)).decode() for each in message["buffers"]]
    told["channel"] = name
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


poller = zmq.Poller()
poller.register(0, zmq.POLLIN)
for each in sockets.values():
    poller.register(each, zmq.POLLIN)

pending = b""
while True:
    ready = dict(poller.poll())
    for name, socket in sockets.items():
        if socket in ready:
            receive(name, socket)
    if 0 in ready:
        chunk = os.read(0, 1 << 20)
        if not chunk:
            break
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            send(json.loads(line))
