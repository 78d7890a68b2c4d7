"""Carries connections of workers on other nodes to the app, as only the head reaches it."""

from __future__ import annotations

import socket
import threading
from typing import Tuple
from urllib.parse import urlsplit


class Relay:
    """Listens on an address of this node, at a port of its own; `url` is the app's for who comes through it."""

    def __init__(self, address: str, app: str) -> None:
        parts = urlsplit(app)
        self._app: Tuple[str, int] = (parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80))
        self._server = socket.create_server((address, 0))
        port = self._server.getsockname()[1]
        self.url = f"{parts.scheme}://{address}:{port}{parts.path}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            app = socket.create_connection(self._app, timeout=20)
        except OSError:
            client.close()  # the app is away: the client keeps what it has, and tries again
            return
        app.settimeout(None)
        threading.Thread(target=_pump, args=(client, app), daemon=True).start()
        _pump(app, client)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        end.close()
