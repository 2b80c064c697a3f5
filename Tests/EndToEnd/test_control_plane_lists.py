"""What all lists have in common: order, pages and tokens."""

import pytest
from botocore.config import Config
from scenario import create_schema, error_code, error_of

LISTS = [
    ("list_schemas", "schemas"), ("list_dataset_groups", "datasetGroups"), ("list_datasets", "datasets"),
    ("list_dataset_import_jobs", "datasetImportJobs"), ("list_solutions", "solutions"),
    ("list_solution_versions", "solutionVersions"), ("list_campaigns", "campaigns"), ("list_recipes", "recipes"),
]


def test_pages_cover_a_list_once_and_in_order(personalize, unique):
    created = [create_schema(personalize, f"{unique[:50]}-{number}") for number in range(7)]
    found, sizes, token = [], [], None
    while True:
        page = personalize.list_schemas(maxResults=3, **({"nextToken": token} if token else {}))
        sizes.append(len(page["schemas"]))
        found += [schema["schemaArn"] for schema in page["schemas"]]
        token = page.get("nextToken")
        if not token:
            break
    assert len(found) == len(set(found))
    assert [arn for arn in found if arn in created] == created
    assert all(size == 3 for size in sizes[:-1]) and 0 < sizes[-1] <= 3


@pytest.mark.parametrize("function,member", LISTS)
def test_every_list_answers_and_its_last_page_has_no_token(stack, personalize, function, member):
    page = getattr(personalize, function)()
    assert page[member]
    pages = list(personalize.get_paginator(function).paginate(PaginationConfig={"PageSize": 1}))
    assert "nextToken" not in pages[-1]
    assert sum(len(page[member]) for page in pages) == len(page[member])


@pytest.mark.parametrize("function,member", LISTS)
@pytest.mark.parametrize("token", ["nonsense", "AAAA", "e30=", "-1", "99999999999999999999999"])
def test_a_token_that_no_list_gave_is_refused(personalize, function, member, token):
    assert error_code(getattr(personalize, function), nextToken=token) == "InvalidNextTokenException"


def test_a_token_of_one_list_is_refused_by_another(stack, personalize, unique):
    create_schema(personalize, f"{unique}-1")
    create_schema(personalize, f"{unique}-2")
    token = personalize.list_schemas(maxResults=1)["nextToken"]
    assert error_code(personalize.list_solutions, nextToken=token) == "InvalidNextTokenException"


@pytest.mark.parametrize("size", [0, 101, -1])
def test_a_page_size_out_of_range_is_refused(palate, size):
    code, message = error_of(
        palate.client("personalize", config=Config(parameter_validation=False)).list_schemas, maxResults=size)
    assert code == "InvalidInputException" and "'maxResults'" in message


def test_lists_are_filtered_by_their_parent(stack, personalize):
    assert [item["datasetArn"] for item in personalize.list_datasets(
        datasetGroupArn=stack.group)["datasets"]] == [stack.dataset]
    assert [item["datasetImportJobArn"] for item in personalize.list_dataset_import_jobs(
        datasetArn=stack.dataset)["datasetImportJobs"]] == [stack.job]
    assert [item["solutionArn"] for item in personalize.list_solutions(
        datasetGroupArn=stack.group)["solutions"]] == [stack.solution]
    assert [item["solutionVersionArn"] for item in personalize.list_solution_versions(
        solutionArn=stack.solution)["solutionVersions"]] == [stack.version]
    assert [item["campaignArn"] for item in personalize.list_campaigns(
        solutionArn=stack.solution)["campaigns"]] == [stack.campaign]
