"""Filters, event trackers, metric attributions and tags."""

from compatibility.legal.cases import legal, only
from compatibility.world import KMS_KEY


@legal("CreateFilter", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.furnished_group(),
            "filterExpression": 'INCLUDE ItemID WHERE Items.GENRES IN ("a")'}


@legal("CreateFilter", "fullest")
def _(world):
    start = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click") IF CurrentUser.AGE > 20 | '
    start += 'INCLUDE ItemID WHERE Items.GENRES IN ("a"'
    expression = start + ' ' * (2499 - len(start)) + ')'
    return {"name": world.longest_name, "datasetGroupArn": world.furnished_group(), "filterExpression": expression,
            "tags": world.tags}


only("DescribeFilter", "filterArn", lambda world: world.filter)
only("DeleteFilter", "filterArn", lambda world: world.new_filter(
    'INCLUDE ItemID WHERE Items.GENRES IN ("a")', world.furnished_group()))


@legal("CreateEventTracker", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.new_group()}


@legal("CreateEventTracker", "fullest")
def _(world):
    return {"name": world.longest_name, "datasetGroupArn": world.new_group(), "tags": world.tags}


def new_tracker(world):
    arn = world.do("CreateEventTracker", name=world.name(), datasetGroupArn=world.new_group())["eventTrackerArn"]
    world.wait("EventTracker", arn)
    return arn


only("DescribeEventTracker", "eventTrackerArn", lambda world: world.tracker)
only("DeleteEventTracker", "eventTrackerArn", new_tracker)


@legal("CreateMetricAttribution", "smallest")
def _(world):
    return {"name": world.name(), "datasetGroupArn": world.furnished_group(),
            "metrics": [{"eventType": "c", "metricName": "m", "expression": "SAMPLECOUNT()"}],
            "metricsOutputConfig": {"roleArn": world.role}}


@legal("CreateMetricAttribution", "fullest")
def _(world):
    return {
        "name": world.longest_name, "datasetGroupArn": world.furnished_group(),
        "metrics": [{"eventType": f"{number}" + "e" * 99, "metricName": f"{number}" + "m" * 99,
                     "expression": "SUM(Items.PRICE)" if number % 2 else "SAMPLECOUNT()"} for number in range(10)],
        "metricsOutputConfig": {
            "s3DataDestination": {"path": world.output(), "kmsKeyArn": KMS_KEY}, "roleArn": world.role}}


only("DescribeMetricAttribution", "metricAttributionArn", lambda world: world.attribution())
only("DeleteMetricAttribution", "metricAttributionArn", lambda world: world.attribution())


@legal("UpdateMetricAttribution", "smallest")
def _(world):
    return {"metricAttributionArn": world.attribution()}


@legal("UpdateMetricAttribution", "fullest")
def _(world):
    return {
        "metricAttributionArn": world.attribution(), "removeMetrics": ["clicks"],
        "addMetrics": [{"eventType": "buy", "metricName": "sales", "expression": "SUM(Items.PRICE)"}],
        "metricsOutputConfig": {
            "s3DataDestination": {"path": world.output(), "kmsKeyArn": KMS_KEY}, "roleArn": world.role}}


@legal("TagResource", "smallest")
def _(world):
    return {"resourceArn": world.group, "tags": []}


@legal("TagResource", "fullest")
def _(world):
    return {"resourceArn": world.new_group(), "tags": world.tags}


@legal("UntagResource", "smallest")
def _(world):
    return {"resourceArn": world.group, "tagKeys": []}


@legal("UntagResource", "fullest")
def _(world):
    return {"resourceArn": world.group, "tagKeys": [tag["tagKey"] for tag in world.tags]}


only("ListTagsForResource", "resourceArn", lambda world: world.group)
