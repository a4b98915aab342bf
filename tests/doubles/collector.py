"""A collector of traces on a free port: takes OTLP over HTTP and keeps what it was sent; or refuses, hangs, drips."""

from __future__ import annotations

import contextlib
import gzip
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

if TYPE_CHECKING:
    from collections.abc import Iterator

Manner = Literal["takes", "refuses", "hangs", "drips"]


@dataclass(frozen=True)
class Told:
    """One span as it came: ids in hexadecimal, `parent` empty at the top of a trace."""

    name: str
    trace: str
    id: str
    parent: str
    about: dict[str, Any]
    failed: bool
    seconds: float


@dataclass
class Collector:
    """What was sent to it."""

    manner: Manner
    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def requests(self) -> list[Any]:
        """What was sent, decoded."""
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    @property
    def resources(self) -> list[dict[str, Any]]:
        """What the senders said of themselves."""
        return [_about(part.resource.attributes) for request in self.requests for part in request.resource_spans]

    @property
    def spans(self) -> list[Told]:
        """All spans, in the order in which they came."""
        return [
            Told(
                span.name,
                span.trace_id.hex(),
                span.span_id.hex(),
                span.parent_span_id.hex(),
                _about(span.attributes),
                span.status.code == span.status.STATUS_CODE_ERROR,
                (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
            )
            for request in self.requests
            for part in request.resource_spans
            for scope in part.scope_spans
            for span in scope.spans
        ]

    def span(self, name: str) -> Told:
        """The one span of this name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


def _about(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


@contextmanager
def collecting(manner: Manner = "takes") -> Iterator[Collector]:
    """A collector, as long as this lasts."""
    collector = Collector(manner)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.paths.append(self.path)
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            collector.bodies.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
            if collector.manner == "hangs":
                collector.over.wait(60)
                return
            if collector.manner == "drips":  # never silent for long, and never done
                with contextlib.suppress(OSError):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                    while not collector.over.wait(0.1):
                        self.wfile.write(b"x")
                return
            self.send_response(403 if collector.manner == "refuses" else 200)
            self.send_header("content-type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that has gone is nothing to mind."""

    with Server(("127.0.0.1", 0), Handler) as server:
        collector.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, name="collector")
        thread.start()
        try:
            yield collector
        finally:
            collector.over.set()
            server.shutdown()
            thread.join(10)
