#!/usr/bin/python3
"""Stands in for Kibana: takes its settings file, is ready once Elasticsearch knows its user, and checks an import call.

What it was sent is printed, one JSON object a line, and kept in its data folder. It draws nothing.
"""

import base64
import email.parser
import email.policy
import http.server
import json
import re
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path

SETTINGS = Path("/usr/share/kibana/config/kibana.yml")
KEPT = Path("/usr/share/kibana/data/imports.jsonl")


def settings() -> dict[str, str]:
    """`name: value` lines, and a list's first entry: as much YAML as `make secrets` writes."""
    text = SETTINGS.read_text()
    found = dict(re.findall(r"^([\w.]+): *(\S.*)$", text, re.MULTILINE))
    found |= dict(re.findall(r"^([\w.]+):\n- (\S+)$", text, re.MULTILINE))
    return {name: value.strip("'\"") for name, value in found.items()}


OURS = settings()


class RefusedError(Exception):
    """Status and reason."""


def known(authorization: str) -> str:
    """Who Elasticsearch says that this is; empty if it knows nobody. Raises `RefusedError` if it cannot be reached."""
    url = OURS["elasticsearch.hosts"] + "/_security/_authenticate"
    trusting = ssl.create_default_context(cafile=OURS["elasticsearch.ssl.certificateAuthorities"])
    request = urllib.request.Request(url, headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request, context=trusting, timeout=5) as answer:
            return json.load(answer)["username"]
    except (OSError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError) and error.code == 401:
            return ""
        raise RefusedError(503, f"elasticsearch: {error}") from error


def of_kibana() -> str:
    """Its own credentials."""
    pair = f"{OURS['elasticsearch.username']}:{OURS['elasticsearch.password']}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def imported(path: str, headers: http.client.HTTPMessage, body: bytes) -> tuple[str, list[dict]]:
    """Who calls, and the objects. Raises `RefusedError` where the call is none that Kibana takes."""
    if not path.startswith("/api/saved_objects/_import"):
        raise RefusedError(404, "Not Found")
    if not headers.get("kbn-xsrf"):
        raise RefusedError(400, "Request must contain a kbn-xsrf header.")
    if not (who := known(headers.get("authorization", ""))):
        raise RefusedError(401, "Unauthorized")
    head = f"Content-Type: {headers.get('content-type', '')}\r\n\r\n".encode()
    parts = list(email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body).iter_parts())
    files = [part for part in parts if part.get_param("name", header="content-disposition") == "file"]
    if len(files) != 1 or not (files[0].get_filename() or "").endswith(".ndjson"):
        raise RefusedError(415, "one part `file` with a name that ends in .ndjson is wanted")
    return who, objects_of(files[0].get_payload(decode=True))


def objects_of(ndjson: bytes) -> list[dict]:
    """The saved objects; raises `RefusedError`."""
    try:
        lines = [json.loads(line) for line in ndjson.decode().splitlines() if line.strip()]
    except ValueError as error:
        raise RefusedError(400, f"not NDJSON: {error}") from error
    objects = [each for each in lines if "exportedCount" not in each]
    for each in objects:
        if not {"id", "type", "attributes", "references"} <= each.keys():
            raise RefusedError(400, f"no saved object: {sorted(each)}")
    return objects


def say(what: str) -> None:
    """Into the container's log."""
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        try:
            ready = self.path == "/api/status" and bool(known(of_kibana()))
        except RefusedError as refused:
            say(refused.args[1])
            ready = False
        level = "available" if ready else "unavailable"
        self._answer(200 if ready else 503, {"status": {"overall": {"level": level}}})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        try:
            who, objects = imported(self.path, self.headers, body)
        except RefusedError as refused:
            status, why = refused.args
            say(f"{self.path}: {status} {why}")
            self._answer(status, {"statusCode": status, "message": why})
            return
        types = sorted({each["type"] for each in objects})
        seen = {"import": self.path, "status": 200, "by": who, "objects": len(objects), "types": types}
        say(json.dumps(seen))
        with KEPT.open("a") as file:
            file.write(json.dumps(seen) + "\n")
        kept = [{"type": each["type"], "id": each["id"]} for each in objects]
        self._answer(200, {"success": True, "successCount": len(kept), "errors": [], "successResults": kept})

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet: the health check asks every few seconds."""


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 5601), Handler)
    say("listening on 5601")
    server.serve_forever()
