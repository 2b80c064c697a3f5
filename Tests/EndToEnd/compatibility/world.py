"""A world of finished resources for the legal inputs: datasets with data, models of every type, campaigns, filters."""

import itertools
import json
import time

from datasets import writable_bucket, writer_role
from scenario import create_group

from compatibility import data
from compatibility.calls import Caller, check_success
from compatibility.model import BY_NAME

ACCOUNT = "arn:aws:personalize:us-east-1:123456789012:"
RECIPE = "arn:aws:personalize:::recipe/"
RECOMMENDERS = {"VIDEO_ON_DEMAND": "aws-vod-top-picks", "ECOMMERCE": "aws-ecomm-recommended-for-you"}
# A recipe of each type, in the order in which they are looked for.
RECIPES = {
    "items": ["aws-user-personalization"], "popular": ["aws-popularity-count"],
    "ranking": ["aws-personalized-ranking", "aws-personalized-ranking-v2"], "related": ["aws-similar-items", "aws-sims"],
    "actions": ["aws-next-best-action"], "segments": ["aws-item-affinity"], "attributes": ["aws-item-attribute-affinity"],
}
SERVED = ("items", "ranking", "related", "actions")
FINAL = {"ACTIVE", "COMPLETED", "INACTIVE", "CREATE FAILED", "FAILED", "CREATE STOPPED"}
KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/" + "k" * 36


class World:
    def __init__(self, server):
        self.server = server
        self.call = Caller(server)
        self.numbers = itertools.count()
        self.covered = {}
        self.created = {}
        self.role = writer_role(server, "compatibility")
        self.bucket = writable_bucket(server, "compatibility")
        self.personalize = server.client("personalize")
        self.group = create_group(self.personalize, self.name())
        self.schemas, self.datasets = {}, {}
        imports = [self.fill(self.group, kind, self.schemas, self.datasets) for kind in data.SCHEMAS]
        self.domains = {domain: self.domain(domain, imports) for domain in data.DOMAIN_SCHEMAS}
        for job in imports:
            self.wait("DatasetImportJob", job)
        self.import_job = imports[0]
        offered = {recipe["name"] for recipe in self.do("ListRecipes", maxResults=100)["recipes"]}
        self.recipes = {
            use: next((name for name in names if name in offered), None) for use, names in RECIPES.items()}
        self.solutions = {use: self.solution(name) for use, name in self.recipes.items() if name}
        self.versions = {use: self.version(solution) for use, solution in self.solutions.items()}
        self.recommenders = {
            domain: [self.recommender(domain) for _ in range(2)] for domain in data.DOMAIN_SCHEMAS}
        self.filter = self.new_filter("EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPES)")
        self.second_filter = self.new_filter('INCLUDE ItemID WHERE Items.GENRES IN ($GENRES)')
        self.action_filter = self.new_filter("INCLUDE ActionID WHERE Actions.CHANNEL IN ($CHANNEL)")
        tracker = self.do("CreateEventTracker", name=self.name(), datasetGroupArn=self.group)
        self.tracker, self.tracking = tracker["eventTrackerArn"], tracker["trackingId"]
        self.wait("EventTracker", self.tracker)
        self.action_tracking = self.describe("Dataset", self.datasets["Action_Interactions"])["trackingId"]
        for version in self.versions.values():
            self.wait("SolutionVersion", version)
        self.second_version = self.version(self.solutions["popular"])
        self.campaigns = {use: self.campaign(use) for use in SERVED if use in self.versions}
        self.second_campaign = self.campaign("items")
        for recommender in itertools.chain(*self.recommenders.values()):
            self.wait("Recommender", recommender)

    # Names

    def name(self, length=1):
        """A name that is used once, with at least so many characters."""
        number = next(self.numbers)
        digits = ""
        while number or not digits:
            number, digit = divmod(number, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
        return ("n" * (length - len(digits)) + digits) if length > len(digits) else digits

    @property
    def longest_name(self):
        return self.name(63)

    def store(self, text, key="file.csv"):
        """The location of an object with the text."""
        key = f"in/{self.name()}/{key}"
        self.server.client("s3").put_object(Bucket=self.bucket, Key=key, Body=text.encode())
        return f"s3://{self.bucket}/{key}"

    def output(self):
        return f"s3://{self.bucket}/out/{self.name()}/"

    # Calls

    def do(self, operation, **parameters):
        answer = self.call(BY_NAME[operation], parameters)
        check_success(BY_NAME[operation], answer)
        return answer.parsed

    def describe(self, kind, arn):
        member = kind[0].lower() + kind[1:]
        return self.do(f"Describe{kind}", **{f"{member}Arn": arn})[member]

    def wait(self, kind, arn, *wanted, seconds=120):
        """Describes the resource once it is in one of the states; ACTIVE unless others are named."""
        deadline = time.monotonic() + seconds
        while True:
            resource = self.describe(kind, arn)
            if resource["status"] in (wanted or ("ACTIVE",)):
                return resource
            assert resource["status"] not in FINAL or not wanted and resource["status"] == "INACTIVE", resource
            assert time.monotonic() < deadline, (arn, resource["status"])
            time.sleep(0.02)

    def note(self, case, answer):
        """Remembers what a legal input created, and in which states that may end."""
        if case.operation.startswith(("Create", "Start", "Update")) and case.operation != "CreateSchema":
            kind = case.operation.removeprefix("Create").removeprefix("Start").removeprefix("Update")
            member = kind[0].lower() + kind[1:]
            self.created[case.name] = (kind, answer[f"{member}Arn"], case.ends)

    def unfinished(self, seconds):
        """What does not end as its legal input wants, described."""
        deadline = time.monotonic() + seconds
        found = []
        for name, (kind, arn, ends) in self.created.items():
            resource = self.describe(kind, arn)
            while resource["status"] not in FINAL and time.monotonic() < deadline:
                time.sleep(0.1)
                resource = self.describe(kind, arn)
            if resource["status"] not in ends:
                found.append((name, resource["status"], resource.get("failureReason")))
        return found

    def page(self, operation, **filter):
        """The fullest request of a list: a page of it that a token leads to."""
        first = self.do(operation, **filter, maxResults=1)
        return {**filter, "maxResults": 100, "nextToken": first["nextToken"]}

    # Resources

    def schema(self, kind, domain=None, extra=(), name=None):
        fields = (data.DOMAIN_SCHEMAS[domain] if domain else data.SCHEMAS)[kind]
        text = json.dumps({**fields, "fields": [*fields["fields"], *extra]})
        options = {"domain": domain} if domain else {}
        return self.do("CreateSchema", name=name or self.name(), schema=text, **options)["schemaArn"]

    def new_group(self, domain=None):
        options = {"domain": domain} if domain else {}
        arn = self.do("CreateDatasetGroup", name=self.name(), **options)["datasetGroupArn"]
        self.wait("DatasetGroup", arn)
        return arn

    def dataset(self, group, kind, domain=None, schema=None):
        arn = self.do(
            "CreateDataset", name=self.name(), datasetGroupArn=group, datasetType=kind,
            schemaArn=schema or self.schema(kind, domain))["datasetArn"]
        self.wait("Dataset", arn)
        return arn

    def fill(self, group, kind, schemas, datasets, domain=None):
        """A dataset with its data, whose import job is returned."""
        schemas[kind] = self.schema(kind, domain)
        datasets[kind] = self.dataset(group, kind, domain, schemas[kind])
        return self.import_job_of(datasets[kind], kind, domain)

    def import_job_of(self, dataset, kind, domain=None):
        return self.do(
            "CreateDatasetImportJob", jobName=self.name(), datasetArn=dataset, roleArn=self.role,
            dataSource={"dataLocation": self.store(data.csv_of(kind, domain))})["datasetImportJobArn"]

    def domain(self, domain, imports):
        group = self.new_group(domain)
        for kind in data.DOMAIN_SCHEMAS[domain]:
            imports.append(self.fill(group, kind, {}, {}, domain))
        return group

    def furnished_group(self):
        """A group of its own with empty datasets."""
        group = self.new_group()
        for kind in ("Interactions", "Items", "Users"):
            self.dataset(group, kind)
        return group

    def solution(self, recipe, **options):
        arn = self.do(
            "CreateSolution", name=self.name(), datasetGroupArn=self.group, recipeArn=RECIPE + recipe,
            performAutoTraining=False, **options)["solutionArn"]
        self.wait("Solution", arn)
        return arn

    def version(self, solution):
        return self.do("CreateSolutionVersion", solutionArn=solution)["solutionVersionArn"]

    def campaign(self, use):
        arn = self.do(
            "CreateCampaign", name=self.name(), solutionVersionArn=self.versions[use],
            campaignConfig={"enableMetadataWithRecommendations": True})["campaignArn"]
        self.wait("Campaign", arn)
        return arn

    def recommender(self, domain):
        return self.do(
            "CreateRecommender", name=self.name(), datasetGroupArn=self.domains[domain],
            recipeArn=RECIPE + RECOMMENDERS[domain])["recommenderArn"]

    def new_filter(self, expression, group=None):
        arn = self.do(
            "CreateFilter", name=self.name(), datasetGroupArn=group or self.group,
            filterExpression=expression)["filterArn"]
        self.wait("Filter", arn)
        return arn

    def attribution(self, group=None):
        arn = self.do(
            "CreateMetricAttribution", name=self.name(), datasetGroupArn=group or self.furnished_group(),
            metrics=[{"eventType": "click", "metricName": "clicks", "expression": "SAMPLECOUNT()"},
                     {"eventType": "watch", "metricName": "watches", "expression": "SAMPLECOUNT()"}],
            metricsOutputConfig={"roleArn": self.role})["metricAttributionArn"]
        self.wait("MetricAttribution", arn)
        return arn

    @property
    def tags(self):
        return [{"tagKey": f"{number:03}" + "k" * 125, "tagValue": "v" * 256} for number in range(50)]
