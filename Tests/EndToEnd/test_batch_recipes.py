"""Batch inference jobs of the recipes that rank lists and that find related items, and themes from an endpoint."""

import http.server
import json
import threading

import pytest

from conftest import Server
from scenario import Stack, activate, create_dataset, create_schema, create_solution, error_of, settle, start_import, train
from test_batch_inference import Batch
from test_filters import FilteredStack, ITEM_ID, nullable, record

RANKING = "arn:aws:personalize:::recipe/aws-personalized-ranking"
SIMILAR = "arn:aws:personalize:::recipe/aws-similar-items"
SIMS = "arn:aws:personalize:::recipe/aws-sims"


def offered(personalize, recipe):
    """Skips a test whose recipe this version does not have."""
    recipes = personalize.list_recipes(maxResults=100)["recipes"]
    if recipe not in {offer["recipeArn"] for offer in recipes}:
        pytest.skip(f"{recipe} is not there yet")


@pytest.fixture(scope="module")
def ranked(palate):
    stack = FilteredStack(palate, "batch-ranked")
    stack.version = train(stack.personalize, create_solution(stack.personalize, "batch-ranking", stack.group, RANKING))
    stack.campaign = stack.personalize.create_campaign(
        name="batch-ranking", solutionVersionArn=stack.version)["campaignArn"]
    activate(stack.personalize, stack.campaign)
    return stack


def test_lists_are_ranked_as_a_campaign_ranks_them(palate, ranked):
    batch = Batch(palate, ranked, "ranked")
    lists = [["i1", "i2", "i3", "i40"], ["i5", "unknown", "i5", "i7"], ["unknown"]]
    lines = [{"userId": f"u{number}", "itemList": items} for number, items in enumerate(lists)]
    bad = [{"userId": "u1"}, {"itemList": ["i1"]}, {"userId": "u1", "itemList": []},
           {"userId": "u1", "itemList": ["i1"] * 501}, {"userId": "u1", "itemList": "i1"}]
    records = batch.run("ranked", lines + bad)
    for line, answer in zip(lines, records):
        campaign = ranked.runtime.get_personalized_ranking(
            campaignArn=ranked.campaign, userId=line["userId"], inputList=line["itemList"])["personalizedRanking"]
        assert answer["input"] == line and answer["error"] is None
        assert answer["output"]["recommendedItems"] == [item["itemId"] for item in campaign]
        assert answer["output"]["scores"] == pytest.approx([item.get("score", 0) for item in campaign])
    assert all(answer["error"] and "output" not in answer for answer in records[len(lines):])


def test_a_filter_takes_items_out_of_the_lists(palate, ranked):
    batch = Batch(palate, ranked, "ranked-filter")
    arn = ranked.filter("batch-ranked", "EXCLUDE ItemID WHERE Items.GENRES IN ($GENRES)")
    items = [f"i{number}" for number in range(30)]
    records = batch.run("ranked-filter", [
        {"userId": "u1", "itemList": items, "filterValues": {"GENRES": "\"Drama\""}}], filterArn=arn)
    drama = ranked.where(lambda row: "Drama" in row["GENRES"])
    assert set(records[0]["output"]["recommendedItems"]) == set(items) - drama


@pytest.mark.parametrize("recipe", [SIMILAR, SIMS])
def test_related_items_are_those_of_a_campaign(palate, recipe):
    offered(palate.client("personalize"), recipe)
    name = recipe.rsplit("/", 1)[1]
    stack = Stack(palate, f"batch-{name}")
    stack.import_data()
    stack.train(recipe)
    stack.deploy()
    batch = Batch(palate, stack, name)
    records = batch.run(name, [{"itemId": "i3"}, {"itemId": "i40"}, {"userId": "u1"}], numResults=10)
    runtime = palate.client("personalize-runtime")
    for item, answer in zip(["i3", "i40"], records):
        campaign = runtime.get_recommendations(campaignArn=stack.campaign, itemId=item, numResults=10)["itemList"]
        assert answer["output"] == {"recommendedItems": [related["itemId"] for related in campaign]}
        assert item not in answer["output"]["recommendedItems"]
    assert "itemId is missing" in records[2]["error"]


class FakeEndpoint(http.server.ThreadingHTTPServer):
    """Speaks as much of the chat completions protocol as themes need."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), FakeHandler)
        self.requests = []
        self.failures = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class FakeHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append((self.path, self.headers.get("authorization"), body))
        if self.server.failures:
            self.server.failures -= 1
            return self.answer(503, {"error": "later"})
        lines = body["messages"][-1]["content"].splitlines()
        if any("Film 13 " in line + " " for line in lines[:1]):
            return self.answer(200, {"choices": [{"message": {"content": "I would rather not."}}]})
        relevances = [round(0.05 * number, 3) for number in range(len(lines))]
        text = "Here you are:\n```json\n" + json.dumps({"theme": "Rise and shine", "relevances": relevances}) + "\n```"
        return self.answer(200, {"choices": [{"message": {"role": "assistant", "content": text}}]})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


class Titles(Stack):
    """Items with names and descriptions, and similar items."""

    SCHEMA = record("Items", ITEM_ID, nullable("TITLE", "string"), nullable("YEAR", "int"),
                    nullable("DESCRIPTION", "string", textual=True))

    def __init__(self, server):
        super().__init__(server, "themes")
        self.import_data()
        schema = create_schema(self.personalize, "themes-items", self.SCHEMA)
        dataset = create_dataset(self.personalize, "themes-items", self.group, schema, "Items")
        rows = [f"i{number},Film {number},1990,About {number}" for number in range(90)]
        server.client("s3").put_object(
            Bucket="themes-bucket", Key="items.csv",
            Body="\n".join(["ITEM_ID,TITLE,YEAR,DESCRIPTION", *rows, ""]).encode())
        activate(self.personalize, start_import(
            self.personalize, "themes-items", dataset, "s3://themes-bucket/items.csv", self.role))
        self.train(SIMILAR)


THEMES = {"batchInferenceJobMode": "THEME_GENERATION",
          "themeGenerationConfig": {"fieldsForThemeGeneration": {"itemName": "TITLE"}}}


def test_themes_come_from_the_endpoint_that_is_set(tmp_path, monkeypatch):
    endpoint = FakeEndpoint()
    monkeypatch.setenv("PALATE_THEMES_BASE_URL", endpoint.base)
    monkeypatch.setenv("PALATE_THEMES_MODEL", "small-model")
    monkeypatch.setenv("PALATE_THEMES_API_KEY", "sesame")
    server = Server(tmp_path / "data").start()
    try:
        offered(server.client("personalize"), SIMILAR)
        stack = Titles(server)
        batch = Batch(server, stack, "themes")
        plain = batch.run("plain", [{"itemId": "i3"}, {"itemId": "i7"}], numResults=6)
        endpoint.failures = 1
        records = batch.run("themed", [{"itemId": "i3"}, "nonsense", {"itemId": "i7"}], numResults=6, **THEMES)
        for before, themed in ((plain[0], records[0]), (plain[1], records[2])):
            assert themed["input"] == before["input"] and themed["error"] is None
            assert set(themed["output"]) == {"recommendedItems", "theme", "itemsThemeRelevanceScores"}
            assert themed["output"]["theme"] == "Rise and shine"
            # The endpoint rates the last item best, and the best stands first.
            assert themed["output"]["recommendedItems"] == before["output"]["recommendedItems"][::-1]
            assert themed["output"]["itemsThemeRelevanceScores"] == [0.25, 0.2, 0.15, 0.1, 0.05, 0.0]
        assert records[1]["error"] and "output" not in records[1]
        path, key, body = endpoint.requests[-1]
        assert path == "/v1/chat/completions" and key == "Bearer sesame" and body["model"] == "small-model"
        content = body["messages"][-1]["content"]
        assert content.startswith("1. Film ") and "About" in content and len(content.splitlines()) == 6

        batch.put("many.json", [{"itemId": "i3"}] * 101)
        job = settle(batch.personalize, batch.start("many", "many.json", output="out-many/", **THEMES))
        assert job["status"] == "CREATE FAILED" and "100 items" in job["failureReason"]
        assert not batch.keys("out-many/")
        for field, word in (("YEAR", "YEAR"), ("NONE", "NONE")):
            code, message = error_of(
                batch.start, name="field", batchInferenceJobMode="THEME_GENERATION",
                themeGenerationConfig={"fieldsForThemeGeneration": {"itemName": field}})
            assert code == "InvalidInputException" and word in message
        endpoint.shutdown()
        endpoint.server_close()
        records = batch.run("gone", [{"itemId": "i3"}], numResults=3, **THEMES)
        assert "did not answer" in records[0]["error"] and "output" not in records[0]
    finally:
        server.stop()


def test_without_an_endpoint_the_refusal_names_the_setting(own_palate):
    offered(own_palate.client("personalize"), SIMILAR)
    stack = Titles(own_palate)
    batch = Batch(own_palate, stack, "themes")
    code, message = error_of(batch.start, name="themes", **THEMES)
    assert code == "InvalidInputException" and "themes.baseURL" in message and "themes.model" in message
