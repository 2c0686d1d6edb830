"""Runs inside a container of ours, sent to its Python as text: `append COUNT`, `partitions GROUP`. Answers in JSON."""

import json
import sys
import uuid
from contextlib import closing

import msgspec
from kafka import KafkaAdminClient

from store.connect import open_log
from store.log import RAW, Entry, read_until
from store.records import decode_article, encode
from store.settings import load_settings

SETTINGS = load_settings()


def append(count: int) -> int:
    """So many fresh articles into the log, each like one that is there but for its id."""
    with closing(open_log(SETTINGS)) as log:
        record = next(iter(read_until(log, RAW, log.ends(RAW))))
        pattern = decode_article(record.value)
        ids = [uuid.uuid4().hex for _ in range(count)]
        fresh = [msgspec.structs.replace(pattern, id=each, guid=each) for each in ids]
        log.append(RAW, [Entry(article.id, encode(article)) for article in fresh])
    return count


def partitions(group: str) -> dict[str, int]:
    """Address of each member → how many partitions it has."""
    client = KafkaAdminClient(bootstrap_servers=SETTINGS.log.removeprefix("kafka://"))
    with closing(client):
        members = client.describe_groups([group])[group]["members"]
    return {each["client_host"]: _count(each["member_assignment"]) for each in members}


def _count(assignment: object) -> int:
    """While the group is sorting itself out, there is none."""
    topics = assignment["assigned_partitions"] if isinstance(assignment, dict) else ()
    return sum(len(topic["partitions"]) for topic in topics)


match sys.argv[1:]:
    case ["append", count]:
        answer: object = append(int(count))
    case ["partitions", group]:
        answer = partitions(group)
sys.stdout.write(json.dumps(answer) + "\n")
