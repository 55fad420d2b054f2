"""A mail server that answers each recipient as a test says, spoken to over a real connection."""

import socketserver
import threading
from contextlib import contextmanager


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 test")
        while line := self.rfile.readline():
            verb = line.decode().upper()
            if verb.startswith("RCPT"):
                self._say(self.server.answer)
            elif verb.startswith("DATA"):
                self._say("354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                self._say("250 ok")
            elif verb.startswith("QUIT"):
                return self._say("221 bye")
            else:
                self._say("250 ok")

    def _say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    answer = "250 ok"


@contextmanager
def mail_server(settings):
    """Send mails to a server of this test; `answer` is what it says of a recipient."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        try:
            yield server
        finally:
            server.shutdown()
