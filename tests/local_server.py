"""An HTTP server on this machine that stands for another program in a test."""

import threading
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LocalServer(ABC):
    """Serves on a free port until closed; a subclass says what a GET is answered with."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.respond(self)

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # A request that is made to hang does not keep the test from ending.
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @abstractmethod
    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, usually by send()."""

    def send(
        self, request: BaseHTTPRequestHandler, body: str, status: int = 200, location: str | None = None
    ) -> None:
        request.send_response(status)
        if location is not None:
            request.send_header("Location", location)
        request.end_headers()
        request.wfile.write(body.encode())

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
