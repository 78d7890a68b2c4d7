"""Requests to the app: JSON over HTTP, straight to its address. No proxy is asked and no redirect followed, so that the token goes nowhere else."""

from __future__ import annotations

import gzip
import http.client
import json
from typing import Any, Dict, Optional
from urllib.parse import urlsplit

from .version import INGEST_VERSION, VERSION
from .where import Address, address


class Away(Exception):
    """The app is not there, or asks to wait; `after` in seconds, None for as the client likes."""

    def __init__(self, why: str, after: Optional[float] = None) -> None:
        super().__init__(why)
        self.after = after


class Refused(Exception):
    """The app answered that it does not take this; `body` says what is wrong."""

    def __init__(self, status: int, body: Dict[str, Any]) -> None:
        super().__init__(f"{status}: {body.get('message', '')} {body.get('hint', '')}".strip())
        self.status = status
        self.body = body


class Transport:
    """One connection, kept while it lasts; of one thread. `timeout` in seconds of one answer."""

    def __init__(self, timeout: float = 20) -> None:
        self.timeout = timeout
        self._connection: Optional[http.client.HTTPConnection] = None
        self._at: Optional[Address] = None

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def call(self, method: str, path: str, body: Optional[bytes] = None, timeout: float = 0) -> Dict[str, Any]:
        """
        The answer's JSON; `path` follows `/ingest/v1`, `body` is JSON.

        Raises `Away` where there is no answer or one that says to come again, `Refused` where the request is wrong.
        """
        at = address()
        if at is None:
            self.close()
            raise Away("the app does not listen")
        if at != self._at:
            self.close()
            self._at = at
        headers = {"authorization": f"Bearer {at.token}", "user-agent": f"grpo-studio-python/{VERSION}"}
        if body is not None:
            headers["content-type"] = "application/json"
            if len(body) > 1024:
                body = gzip.compress(body, 1)
                headers["content-encoding"] = "gzip"
        kept = self._connection is not None
        try:
            return self._once(at, method, path, body, headers, timeout)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if not kept:
                raise Away(f"{type(error).__name__}: {error}") from None
        try:  # a kept connection may have been closed by the other side meanwhile
            return self._once(at, method, path, body, headers, timeout)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Away(f"{type(error).__name__}: {error}") from None

    def _once(
        self, at: Address, method: str, path: str, body: Optional[bytes], headers: Dict[str, str], timeout: float
    ) -> Dict[str, Any]:
        parts = urlsplit(at.url)
        if self._connection is None:
            secure = parts.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            self._connection = kind(parts.hostname or "127.0.0.1", parts.port, timeout=timeout or self.timeout)
        elif self._connection.sock:
            self._connection.sock.settimeout(timeout or self.timeout)
        self._connection.request(method, f"{parts.path.rstrip('/')}/ingest/v{INGEST_VERSION}{path}", body, headers)
        response = self._connection.getresponse()
        said = response.read()
        if response.will_close:
            self.close()
        return _answer(response, said)


def _answer(response: http.client.HTTPResponse, said: bytes) -> Dict[str, Any]:
    try:
        told = json.loads(said) if said else {}
    except ValueError:
        told = {"message": said[:200].decode("utf-8", "replace")}
    told = told if isinstance(told, dict) else {"message": str(told)}
    if 200 <= response.status < 300:
        return told
    if response.status in (400, 401, 403, 404, 409, 413):
        raise Refused(response.status, told)
    raise Away(f"it answered {response.status}: {told.get('message', '')}", _wait(told, response))


def _wait(told: Dict[str, Any], response: http.client.HTTPResponse) -> Optional[float]:
    try:
        return min(60.0, float(told.get("retryAfter") or response.getheader("retry-after") or ""))
    except ValueError:
        return None
