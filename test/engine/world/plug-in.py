"""A volume plug-in: `plug-in.py SOCKET MOOD`. It stores only names. While the file MOOD exists, it still lists its volumes.
But if the Engine asks for a volume with the option `undescribed`, the plug-in breaks the connection. It must not answer
with an error, because the Engine would conclude that the volume does not exist."""

import datetime
import json
import os
import socket
import sys
import threading

SOCKET, MOOD = sys.argv[1:]
volumes = {}


def describe(name):
    return {"Name": name, "Mountpoint": "/run/layer", "CreatedAt": volumes[name]["created"]}


def answer(method, asked):
    name = asked.get("Name")
    if method == "/Plugin.Activate":
        return {"Implements": ["VolumeDriver"]}
    if method == "/VolumeDriver.Capabilities":
        return {"Capabilities": {"Scope": "local"}}
    if method == "/VolumeDriver.Create":
        created = datetime.datetime.now(datetime.timezone.utc).isoformat()
        volumes[name] = {"created": created, "moody": "undescribed" in (asked.get("Opts") or {})}
    if method == "/VolumeDriver.Remove":
        volumes.pop(name, None)
    if method == "/VolumeDriver.List":
        return {"Volumes": [describe(each) for each in volumes], "Err": ""}
    if method == "/VolumeDriver.Get":
        if name not in volumes:
            return {"Err": "no such volume"}
        return {"Volume": describe(name), "Err": ""}
    return {"Mountpoint": "/run/layer", "Err": ""}


def serve(connection):
    with connection:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return
            head += byte
        lines = head.decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        length = int(fields.get("content-length", 0))
        body = connection.recv(length, socket.MSG_PEEK | socket.MSG_WAITALL) if length else b""
        asked = json.loads(body or b"{}")
        method = lines[0].split(" ")[1]
        moody = volumes.get(asked.get("Name"), {}).get("moody") and os.path.exists(MOOD)
        said = json.dumps(answer(method, asked)).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(said))
        # Closing the connection with unread data resets it.
        if moody and method == "/VolumeDriver.Get":
            return
        connection.recv(length)
        connection.sendall(said)


listener = socket.socket(socket.AF_UNIX)
listener.bind(SOCKET)
listener.listen(20)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
