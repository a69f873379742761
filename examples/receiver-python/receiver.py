"""A receiver that verifies with the mirror's document, as docs/mirror.md says how to read it.

    SECRET_ID=keyturn/prod/org_1/ep_1 PORT=8080 python receiver.py

204: a live key signed the delivery. 401: none did. 503: there is no key to verify with, so the sender tries again.
"""

import json
import os
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from standardwebhooks import Webhook, WebhookVerificationError

MAX_BODY_BYTES = 1024 * 1024


class NoSecret(Exception):
    """There is nothing to verify with. The message never holds a value."""


class Mirror:
    """The unexpired secrets of one mirror, read anew after max_age seconds, and when none signed a delivery."""

    def __init__(self, client, secret_id, max_age, mismatch_interval):
        self._client = client
        self._secret_id = secret_id
        self._max_age = max_age
        self._mismatch_interval = mismatch_interval
        self._lock = threading.Lock()
        self._keys = []
        self._read_at = None
        self._asked_at = None

    def live(self):
        with self._lock:
            is_old = self._read_at is None or time.monotonic() - self._read_at >= self._max_age
            if is_old or (not self._unexpired() and self._may_ask()):
                self._read()
            secrets = self._unexpired()
            if not secrets:
                raise NoSecret("no key of the document is unexpired")
            return secrets

    def after_mismatch(self, tried):
        """The secrets that were not tried yet. A forged delivery asks Secrets Manager once in an interval at most."""
        with self._lock:
            if set(self._unexpired()) <= set(tried) and self._may_ask():
                self._read()
            return [secret for secret in self._unexpired() if secret not in tried]

    def _may_ask(self):
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < self._mismatch_interval:
            return False
        self._asked_at = now
        return True

    def _read(self):
        # AWSCURRENT is what receivers verify with; AWSPREVIOUS is never read, since a revoked key lives on there.
        value = self._client.get_secret_value(SecretId=self._secret_id, VersionStage="AWSCURRENT")
        self._keys = keys_of(value.get("SecretString", ""))
        self._read_at = time.monotonic()

    def _unexpired(self):
        now = datetime.now(timezone.utc)
        return [secret for secret, expires_at in self._keys if expires_at is None or now < expires_at]


def keys_of(text):
    """(secret, end) of every key. A text that is no JSON object is the one secret."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return [(text, None)]
    listed = document.get("keys")
    keys = [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
    return [(key["secret"], end_of(key.get("expiresAt"))) for key in keys if isinstance(key.get("secret"), str)]


def end_of(text):
    """None: it has no end yet. An end that cannot be read is over."""
    if text is None:
        return None
    try:
        end = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return end if end.tzinfo else datetime.min.replace(tzinfo=timezone.utc)
    except (AttributeError, ValueError):
        return datetime.min.replace(tzinfo=timezone.utc)


def is_signed(body, headers, secrets):
    """Whether one of the secrets signed the raw body."""
    for webhook in filter(None, map(webhook_of, secrets)):
        try:
            webhook.verify(body, headers)
            return True
        except (WebhookVerificationError, ValueError):
            # ValueError: a header, or the body, is not what the library can read.
            continue
    return False


def webhook_of(secret):
    """None: the secret is not in its format. The others verify."""
    try:
        return Webhook(secret)
    except Exception:
        return None


def is_genuine(mirror, body, headers):
    tried = mirror.live()
    return is_signed(body, headers, tried) or is_signed(body, headers, mirror.after_mismatch(tried))


def handler_of(mirror):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = self.headers.get("content-length", "")
            if not length.isdigit():
                return self._answer(411)
            if int(length) > MAX_BODY_BYTES:
                return self._answer(413)
            body = self.rfile.read(int(length))
            # What came twice is one value that nobody signed, as HTTP joins it.
            headers = {name.lower(): ", ".join(self.headers.get_all(name)) for name in self.headers}
            try:
                genuine = is_genuine(mirror, body, headers)
            except Exception as error:
                print(f"answered 503: {type(error).__name__}", flush=True)
                return self._answer(503)
            if not genuine:
                return self._answer(401)
            # Senders repeat a delivery that got no answer: act on each webhook-id once.
            print(f"a genuine delivery of {len(body)} bytes", flush=True)
            return self._answer(204)

        def _answer(self, status):
            self.send_response(status)
            if status == 503:
                self.send_header("retry-after", "1")
            if status != 204:
                self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    return Handler


def main():
    mirror = Mirror(
        client=boto3.client("secretsmanager", config=Config(connect_timeout=2, read_timeout=2)),
        secret_id=os.environ["SECRET_ID"],
        max_age=float(os.environ.get("MAX_AGE_SECONDS", "300")),
        mismatch_interval=float(os.environ.get("MISMATCH_INTERVAL_SECONDS", "10")),
    )
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), handler_of(mirror))
    print(f"listening on port {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
