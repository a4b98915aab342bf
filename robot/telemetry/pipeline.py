"""The way of spans to the collector: OpenTelemetry's own pieces, kept from their defaults of waiting and of talking.

Spans are sent in batches by a thread of their own. A collector that is away, refuses or hangs is said once in the log; no run
waits for it, and the process' end waits as long as the settings say at most.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from loguru import logger
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import robot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.sdk.trace import ReadableSpan
    from pydantic import HttpUrl

    from robot.settings.telemetry import Telemetry

EVERY_MS: Final = 2_000
MOST: Final = 4_096  # spans that wait; more are dropped
PATH: Final = "/v1/traces"
_NOTHING: Final = Context()
CARRIED: Final = "traceparent"


class Pipeline:
    """Begins spans, ends them, and sends them.

    Raises:
        OSError: the certificate of the collector's authority cannot be read.
    """

    def __init__(self, settings: Telemetry, headers: Mapping[str, str]) -> None:
        assert settings.endpoint is not None  # noqa: S101 - for the type checker: without one there is no pipeline
        said = _Said.listening()
        exporter = OTLPSpanExporter(
            _address(settings.endpoint),
            certificate_file=str(settings.ca_file) if settings.ca_file is not None else None,
            headers=headers,
            timeout=settings.give_up_s,
            compression=Compression.Gzip,
        )
        self._exporter = _Told(exporter, f"{settings.endpoint.host}:{settings.endpoint.port}", said)
        self._processor = BatchSpanProcessor(self._exporter, MOST, EVERY_MS, 512)
        # Not by `create`: that would add what the machine's environment says of itself.
        resource = Resource({"service.name": settings.service_name, "service.version": robot.__version__})
        provider = TracerProvider(ParentBased(TraceIdRatioBased(settings.ratio)), resource, shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("vss-robot", robot.__version__)
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, name: str, above: Span | str | None, about: Mapping[str, str | int]) -> Span:
        """A span within another one, or within one of another process by its `traceparent`; a trace of its own without."""
        return self._tracer.start_span(name, self._context(above), attributes=dict(about))

    def end(self, span: Span, about: Mapping[str, str | int], *, good: bool) -> None:
        """End it, with what is known of it now."""
        span.set_attributes(dict(about))
        if not good:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def carried(self, span: Span) -> str | None:
        """The `traceparent` by which another process goes on below this span."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, trace.set_span_in_context(span, _NOTHING))
        return carrier.get(CARRIED)

    def close(self, within_s: float) -> None:
        """Send the rest, for so long at most; a collector that did not take the last batch is not waited for again."""
        if self._exporter.fails:
            return
        # The processor's own end may take half a minute; the thread ends with the process.
        sending = threading.Thread(target=self._processor.shutdown, daemon=True, name="telemetry-end")
        sending.start()
        sending.join(within_s)
        if sending.is_alive():
            self._exporter.missed("no answer in time")

    def _context(self, above: Span | str | None) -> Context:
        if isinstance(above, str):
            return self._propagator.extract({CARRIED: above}, _NOTHING)
        return trace.set_span_in_context(above, _NOTHING) if above is not None else _NOTHING


class _Told(SpanExporter):
    """The exporter, and one line in the log when the collector does not take what it is sent."""

    def __init__(self, exporter: SpanExporter, where: str, said: _Said) -> None:
        self._exporter = exporter
        self._where = where
        self._said = said
        self._logged = False
        self.fails = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        result = self._exporter.export(spans)
        self.fails = result is not SpanExportResult.SUCCESS
        if self.fails:
            self.missed(self._said.last)
        return result

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()

    def missed(self, why: str) -> None:
        """Say once that traces do not arrive."""
        if not self._logged:
            self._logged = True
            log = logger.bind(action="telemetry", collector=self._where, why=why)
            log.warning("the collector does not take the traces; everything goes on without them")


class _Said(logging.Handler):
    """Hears what OpenTelemetry says of itself, which otherwise goes to stderr, and keeps the last of it."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    @classmethod
    def listening(cls) -> _Said:
        """The one ear of its log."""
        heard, own = cls(), logging.getLogger("opentelemetry")
        own.handlers, own.propagate = [heard], False
        return heard

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.last = record.getMessage()


def _address(endpoint: HttpUrl) -> str:
    address = str(endpoint)
    return address.rstrip("/") + PATH if endpoint.path in {None, "", "/"} and not endpoint.query else address
