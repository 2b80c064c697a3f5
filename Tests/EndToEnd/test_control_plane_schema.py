import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from scenario import SCHEMA, create_dataset, create_group, create_schema, error_code, error_of, wait_until_gone
from conftest import ACCOUNT, REGION


def test_a_schema_is_described_and_listed_as_it_was_given(personalize, unique):
    arn = create_schema(personalize, unique)
    schema = personalize.describe_schema(schemaArn=arn)["schema"]
    assert arn == f"arn:aws:personalize:{REGION}:{ACCOUNT}:schema/{unique}"
    assert schema["name"] == unique and schema["schemaArn"] == arn
    assert json.loads(schema["schema"]) == SCHEMA
    assert schema["creationDateTime"] <= schema["lastUpdatedDateTime"]
    listed = [item for page in personalize.get_paginator("list_schemas").paginate() for item in page["schemas"]]
    assert arn in [item["schemaArn"] for item in listed]


def test_a_second_schema_of_one_name_is_refused(personalize, unique):
    create_schema(personalize, unique)
    assert error_code(
        personalize.create_schema, name=unique, schema=json.dumps(SCHEMA)) == "ResourceAlreadyExistsException"


def test_a_deleted_schema_is_gone_and_its_name_free(personalize, unique):
    arn = create_schema(personalize, unique)
    personalize.delete_schema(schemaArn=arn)
    assert error_code(personalize.describe_schema, schemaArn=arn) == "ResourceNotFoundException"
    assert error_code(personalize.delete_schema, schemaArn=arn) == "ResourceNotFoundException"
    create_schema(personalize, unique)


def test_a_schema_in_use_is_not_deleted(personalize, unique):
    schema = create_schema(personalize, unique)
    group = create_group(personalize, unique)
    dataset = create_dataset(personalize, unique, group, schema)
    assert error_code(personalize.delete_schema, schemaArn=schema) == "ResourceInUseException"
    personalize.delete_dataset(datasetArn=dataset)
    wait_until_gone(personalize, dataset)
    personalize.delete_schema(schemaArn=schema)


@pytest.mark.parametrize("text", [
    "", "x", "{}", "[]", "null", '{"type":"record"}',
    json.dumps(SCHEMA | {"fields": []}),
    json.dumps(SCHEMA | {"fields": "none"}),
    json.dumps(SCHEMA | {"fields": [{"name": "USER_ID", "type": "nonsense"}]}),
    json.dumps(SCHEMA | {"fields": SCHEMA["fields"] + [{"name": "USER_ID", "type": "string"}]}),
    json.dumps(SCHEMA)[:-5],
])
def test_text_that_is_no_schema_is_refused(personalize, unique, text):
    code, message = error_of(personalize.create_schema, name=unique, schema=text)
    assert code == "InvalidInputException" and message


def test_a_schema_over_the_limit_is_refused(personalize, unique):
    code, message = error_of(personalize.create_schema, name=unique, schema=json.dumps(SCHEMA) + " " * 20000)
    assert code == "InvalidInputException"
    assert "'schema' failed to satisfy constraint: Member must have length less than or equal to 20000" in message


@pytest.mark.parametrize("name", ["-a", "a b", "a" * 64, "é", "a/b", "a\n"])
def test_a_name_that_breaks_its_constraint_is_refused_and_named(personalize, name):
    code, message = error_of(personalize.create_schema, name=name, schema=json.dumps(SCHEMA))
    assert code == "InvalidInputException"
    assert "validation error" in message and "at 'name' failed to satisfy constraint: Member must" in message


def test_an_unknown_domain_is_refused(personalize, unique):
    code, message = error_of(personalize.create_schema, name=unique, schema=json.dumps(SCHEMA), domain="SHOES")
    assert code == "InvalidInputException"
    assert "Member must satisfy enum value set: [ECOMMERCE, VIDEO_ON_DEMAND]" in message


def test_of_many_creates_of_one_name_one_succeeds(palate, unique):
    def create(_):
        return error_code(palate.client("personalize").create_schema, name=unique, schema=json.dumps(SCHEMA))

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(create, range(16)))
    assert sorted(outcomes, key=str) == [None] + ["ResourceAlreadyExistsException"] * 15


def test_there_is_a_limit_to_schemas(own_palate):
    personalize = own_palate.client("personalize")
    for number in range(500):
        create_schema(personalize, f"s{number}")
    code, message = error_of(personalize.create_schema, name="one-more", schema=json.dumps(SCHEMA))
    assert code == "LimitExceededException" and "500" in message
    assert len(list(personalize.get_paginator("list_schemas").paginate(PaginationConfig={"PageSize": 100}))) == 5
    personalize.delete_schema(schemaArn=personalize.list_schemas()["schemas"][0]["schemaArn"])
    create_schema(personalize, "one-more")
