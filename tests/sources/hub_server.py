"""A small Hub on loopback that speaks the protocol of the real one, for tests that drive the real client.

Lists with `Link` paging, single models and datasets with `expand`, trees, and files with the headers of a download. Faults are queued by path
and happen once each: a status with headers, a body cut short, a slow answer, a body of one's own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

ALWAYS = ("_id", "id", "modelId")
"""What every answer has, whatever `expand` asks for."""


@dataclass
class Fault:
    """What goes wrong with one request."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: int = 0
    """So many bytes of the body are left out, while the header still counts them."""
    delay: float = 0
    """Seconds before the answer."""


@dataclass
class Request:
    """One request that was made."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]


class HubServer(ThreadingHTTPServer):
    """The stub; use `serving`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"http://127.0.0.1:{self.server_port}"
        self.models: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.moved: dict[str, str] = {}
        self.private: set[str] = set()
        self.gated: set[str] = set()
        self.token: str | None = None
        self.page_size = 3
        self.faults: dict[str, list[Fault]] = {}
        self.requests: list[Request] = []
        self.next_host: str | None = None

    def server_bind(self) -> None:
        """Bind without looking up our own name, which takes long where no name service answers."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def add(self, name: str, *, kind: str = "model", files: Mapping[str, bytes] | None = None, **said: Any) -> None:
        """Publish a model or dataset; a commit is made of its name."""
        sha = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
        row = {
            "_id": sha[:24],
            "id": name,
            "author": name.split("/", maxsplit=1)[0],
            "sha": sha,
            "private": False,
            "disabled": False,
            "gated": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "createdAt": "2024-05-01T10:00:00.000Z",
            "lastModified": "2024-05-02T10:00:00.000Z",
            "siblings": [{"rfilename": file} for file in files or {}],
            **said,
        }
        (self.models if kind == "model" else self.datasets)[name] = row
        self.files[name if kind == "model" else f"datasets/{name}"] = dict(files or {})

    def fail(self, path: str, *faults: Fault) -> None:
        """Queue faults for a path."""
        self.faults.setdefault(path, []).extend(faults)

    def asked(self, path: str) -> list[Request]:
        """The requests that were made for a path."""
        return [request for request in self.requests if request.path == path]


@contextmanager
def serving() -> Iterator[HubServer]:
    """A Hub for the length of a test."""
    server = HubServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together: else every answer waits for an acknowledgement
    server: HubServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path
        query = parse_qs(parts.query, keep_blank_values=True)
        hub = self.server
        if path == "/api/agent-harnesses":  # the client asks for it once a process, on its own account
            self._send(404, b"{}", {}, Fault())
            return
        hub.requests.append(Request(self.command, unquote(path), query, {name.lower(): value for name, value in self.headers.items()}))
        queued = hub.faults.get(unquote(path))
        fault = queued.pop(0) if queued else Fault()
        if fault.delay:
            time.sleep(fault.delay)
        if fault.status is not None:
            self._send(fault.status, fault.body or b"{}", {**fault.headers}, fault)
            return
        if hub.token is not None and "authorization" in hub.requests[-1].headers and hub.requests[-1].headers["authorization"] != f"Bearer {hub.token}":
            self._send(401, b"{}", {"X-Error-Message": "Invalid credentials in Authorization header"}, fault)
            return
        steps = [unquote(step) for step in path.strip("/").split("/")]
        for kind, rows in (("models", hub.models), ("datasets", hub.datasets)):
            if steps[:2] == ["api", kind]:
                self._api(kind, rows, steps[2:], query, fault)
                return
        self._file(steps, fault)

    def _api(self, kind: str, rows: Mapping[str, dict[str, Any]], steps: list[str], query: dict[str, list[str]], fault: Fault) -> None:
        if not steps:
            self._list(kind, list(rows.values()), query, fault)
            return
        place = next((at for at, step in enumerate(steps) if step in ("revision", "tree")), len(steps))
        name, rest = "/".join(steps[:place]), steps[place:]
        if name in self.server.moved:
            address = f"/api/{kind}/{self.server.moved[name]}"
            self._send(307, b"", {"Location": f"{address}?{urlsplit(self.path).query}"}, fault)
            return
        row = rows.get(name)
        if not self._may_see(name, row):
            return
        assert row is not None
        if rest[:1] and rest[1] not in ("main", row["sha"]):
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, fault)
        elif rest[:1] == ["tree"]:
            held = self.server.files[name if kind == "models" else f"datasets/{name}"]
            tree = [{"type": "file", "path": file, "size": len(data), "oid": _digest(data)} for file, data in held.items()]
            self._json(tree, {}, fault)
        else:
            self._json(_chosen(row, query), {}, fault)

    def _list(self, kind: str, rows: list[dict[str, Any]], query: dict[str, list[str]], fault: Fault) -> None:
        for wanted in query.get("filter", []):
            rows = [row for row in rows if wanted in row["tags"]]
        for author in query.get("author", []):
            rows = [row for row in rows if row["author"] == author]
        for search in query.get("search", []):
            rows = [row for row in rows if search.lower() in row["id"].lower()]
        if query.get("sort") == ["downloads"]:
            rows = sorted(rows, key=lambda row: -row["downloads"])
        size = min(int(query["limit"][0]), self.server.page_size) if "limit" in query else self.server.page_size
        start = 0
        if "cursor" in query:
            try:
                start = int(base64.urlsafe_b64decode(query["cursor"][0]))
            except ValueError:
                self._send(400, b"{}", {"X-Error-Message": "Invalid cursor"}, fault)
                return
        headers = {}
        if start + size < len(rows):
            following = {**query, "cursor": [base64.urlsafe_b64encode(str(start + size).encode()).decode()]}
            address = f"{self.server.next_host or self.server.endpoint}/api/{kind}?{urlencode(following, doseq=True)}"
            headers["Link"] = f'<{address}>; rel="next"'
        self._json([_chosen(row, query) for row in rows[start : start + size]], headers, fault)

    def _may_see(self, name: str, row: dict[str, Any] | None) -> bool:
        known = "authorization" in self.server.requests[-1].headers
        if row is None or (name in self.server.private and not known):
            self._send(404 if known else 401, b"{}", {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"}, Fault())
            return False
        return True

    def _file(self, steps: list[str], fault: Fault) -> None:
        if "resolve" not in steps:
            self._send(404, b"{}", {}, fault)
            return
        place = steps.index("resolve")
        name, file = "/".join(steps[:place]), "/".join(steps[place + 2 :])
        bare = name.removeprefix("datasets/")
        row = self.server.datasets.get(bare) if name != bare else self.server.models.get(name)
        if not self._may_see(bare, row):
            return
        assert row is not None
        if bare in self.server.gated and "authorization" not in self.server.requests[-1].headers:
            self._send(403, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access to this repository is restricted"}, fault)
            return
        data = self.server.files[name].get(file)
        if data is None:
            self._send(404, b"{}", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": row["sha"]}, fault)
            return
        self._send(200, data, {"ETag": f'"{_digest(data)}"', "X-Repo-Commit": row["sha"], "Content-Type": "application/octet-stream"}, fault)

    def _json(self, value: Any, headers: Mapping[str, str], fault: Fault) -> None:
        self._send(200, fault.body if fault.body is not None else json.dumps(value).encode(), {**headers, **fault.headers}, fault)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str], fault: Fault) -> None:
        try:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) - fault.cut] if fault.cut else body)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):  # the client has given up
            self.close_connection = True
        if fault.cut:
            self.close_connection = True


def _chosen(row: Mapping[str, Any], query: Mapping[str, list[str]]) -> dict[str, Any]:
    if "expand" not in query:
        return dict(row)
    return {name: value for name, value in row.items() if name in ALWAYS or name in query["expand"]}


def _digest(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
