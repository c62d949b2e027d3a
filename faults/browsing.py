"""A browser as far as the laboratory needs one: cookies, forms, photos."""

import http.client
import http.cookies
import io
from collections.abc import Mapping

from PIL import Image

PATIENCE = 30.0  # seconds until an answer is given up and asked for again
EDGE = "jiceng-laboratory-edge"


def multipart(fields: Mapping[str, str | bytes]) -> tuple[bytes, str]:
    """Return the body of a form and its type; a value of bytes is a photo."""
    body = io.BytesIO()
    for name, value in fields.items():
        photo = isinstance(value, bytes)
        extra = '; filename="now.jpg"\r\nContent-Type: image/jpeg' if photo else ""
        head = f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        body.write(head.encode() + (value if photo else value.encode()) + b"\r\n")
    body.write(f"--{EDGE}--\r\n".encode())
    return body.getvalue(), f"multipart/form-data; boundary={EDGE}"


def picture(number: int) -> bytes:
    """Return a small photo of its own for each number."""
    image = Image.new("RGB", (160, 120), (number % 256, number // 256 % 256, 90))
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


class Browser:
    """What a browser keeps: cookies. Every request is a connection of its own, so that those of a
    killed process spread over the living."""

    def __init__(self, port: int, household: str) -> None:
        self.port, self.household = port, household
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = ""
    ) -> tuple[int, str, bytes]:
        """Return status, address that was pointed to, and body; raise ``OSError`` without one."""
        headers = {"X-Forwarded-For": self.household, "Connection": "close"}
        if kind:
            headers["Content-Type"] = kind
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        return answer.status, answer.headers.get("Location", ""), content

    def post(self, path: str, fields: Mapping[str, str | bytes]) -> tuple[int, str, bytes]:
        """Send a form as a page of ours would."""
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        body, kind = multipart(token | dict(fields))
        return self.ask("POST", path, body, kind)
