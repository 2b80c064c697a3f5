"""Events, items, users and actions that come one by one."""

import datetime
import json

from compatibility.legal.cases import legal

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


def document(size=None, **properties):
    """Properties as JSON text, filled up with blanks."""
    text = json.dumps(properties)
    return text if size is None else text[:-1] + " " * (size - len(text)) + "}"


@legal("PutEvents", "smallest")
def _(world):
    return {"trackingId": world.tracking, "sessionId": "s",
            "eventList": [{"eventType": "c", "itemId": "i", "sentAt": NOW}]}


@legal("PutEvents", "fullest")
def _(world):
    events = [{
        "eventId": f"{number}" * 256, "eventType": "e" * 256, "eventValue": 4.5, "itemId": "i" * 256,
        "properties": document(1024, device="phone"), "sentAt": NOW, "recommendationId": "r" * 40,
        "impression": ["i" * 256] * 25, "metricAttribution": {"eventAttributionSource": "s" * 1024},
    } for number in range(10)]
    return {"trackingId": world.tracking, "userId": "u" * 256, "sessionId": "s" * 256, "eventList": events}


@legal("PutItems", "smallest")
def _(world):
    # A column that must not be null is required, though the shape does not say so.
    return {"datasetArn": world.datasets["Items"],
            "items": [{"itemId": "i", "properties": document(genres="drama", creationTimestamp=1)}]}


@legal("PutItems", "fullest")
def _(world):
    properties = document(32_000, genres="drama|crime", price=1.5, description="d" * 20_000, creationTimestamp=1)
    return {"datasetArn": world.datasets["Items"],
            "items": [{"itemId": f"{number}" * 256, "properties": properties} for number in range(10)]}


@legal("PutUsers", "smallest")
def _(world):
    return {"datasetArn": world.datasets["Users"], "users": [{"userId": "u"}]}


@legal("PutUsers", "fullest")
def _(world):
    return {"datasetArn": world.datasets["Users"],
            "users": [{"userId": f"{number}" * 256, "properties": document(24_000, age=30, membership="gold")}
                      for number in range(10)]}


@legal("PutActions", "smallest")
def _(world):
    return {"datasetArn": world.datasets["Actions"], "actions": [{"actionId": "a"}]}


@legal("PutActions", "fullest")
def _(world):
    return {"datasetArn": world.datasets["Actions"],
            "actions": [{"actionId": f"{number}" * 256, "properties": document(32_000, value=3, channel="mail")}
                        for number in range(10)]}


@legal("PutActionInteractions", "smallest")
def _(world):
    return {"trackingId": world.action_tracking,
            "actionInteractions": [{"actionId": "a", "userId": "u", "sessionId": "s", "timestamp": NOW, "eventType": "Viewed"}]}


@legal("PutActionInteractions", "fullest")
def _(world):
    interactions = [{
        "actionId": "a" * 256, "userId": "u" * 256, "sessionId": "s" * 256, "timestamp": NOW, "eventType": "Taken",
        "eventId": f"{number}" * 256, "recommendationId": "r" * 40, "impression": ["a" * 256] * 25,
        "properties": document(1024),
    } for number in range(10)]
    return {"trackingId": world.action_tracking, "actionInteractions": interactions}
