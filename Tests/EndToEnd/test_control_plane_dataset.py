import pytest
from scenario import SCHEMA, activate, create_dataset, create_group, create_schema, error_code, error_of, wait_until_gone
from conftest import ACCOUNT, REGION

MISSING = f"arn:aws:personalize:{REGION}:{ACCOUNT}"


def test_a_dataset_group_becomes_active(personalize, unique):
    arn = personalize.create_dataset_group(name=unique)["datasetGroupArn"]
    assert arn == f"{MISSING}:dataset-group/{unique}"
    group = activate(personalize, arn)
    assert group["name"] == unique and group["datasetGroupArn"] == arn and "failureReason" not in group
    assert group["creationDateTime"] <= group["lastUpdatedDateTime"]


def test_a_domain_dataset_group_says_its_domain(personalize, unique):
    answer = personalize.create_dataset_group(name=unique, domain="ECOMMERCE")
    assert answer["domain"] == "ECOMMERCE"
    assert activate(personalize, answer["datasetGroupArn"])["domain"] == "ECOMMERCE"


def test_a_second_dataset_group_of_one_name_is_refused(personalize, unique):
    create_group(personalize, unique)
    assert error_code(personalize.create_dataset_group, name=unique) == "ResourceAlreadyExistsException"


def test_an_empty_dataset_group_is_deleted(personalize, unique):
    arn = create_group(personalize, unique)
    personalize.delete_dataset_group(datasetGroupArn=arn)
    wait_until_gone(personalize, arn)
    assert error_code(personalize.delete_dataset_group, datasetGroupArn=arn) == "ResourceNotFoundException"
    create_group(personalize, unique)


def test_a_dataset_group_with_datasets_or_solutions_is_not_deleted(stack, personalize, unique):
    group = create_group(personalize, unique)
    dataset = create_dataset(personalize, unique, group, create_schema(personalize, unique))
    assert error_code(personalize.delete_dataset_group, datasetGroupArn=group) == "ResourceInUseException"
    assert error_code(personalize.delete_dataset_group, datasetGroupArn=stack.group) == "ResourceInUseException"
    personalize.delete_dataset(datasetArn=dataset)
    wait_until_gone(personalize, dataset)
    personalize.delete_dataset_group(datasetGroupArn=group)


def test_a_dataset_names_its_group_type_and_schema(personalize, unique):
    group = create_group(personalize, unique)
    schema = create_schema(personalize, unique)
    arn = create_dataset(personalize, unique, group, schema, "interactions")
    assert arn == f"{MISSING}:dataset/{unique}/INTERACTIONS"
    dataset = personalize.describe_dataset(datasetArn=arn)["dataset"]
    assert dataset["name"] == unique and dataset["datasetGroupArn"] == group and dataset["schemaArn"] == schema
    assert dataset["datasetType"].upper() == "INTERACTIONS"


def test_a_group_has_one_dataset_of_a_type(personalize, unique):
    group = create_group(personalize, unique)
    schema = create_schema(personalize, unique)
    create_dataset(personalize, unique, group, schema)
    assert error_code(
        personalize.create_dataset, name=f"{unique}-2", datasetGroupArn=group, schemaArn=schema,
        datasetType="INTERACTIONS") == "ResourceAlreadyExistsException"


def test_a_dataset_needs_a_schema_for_its_type(personalize, unique):
    group = create_group(personalize, unique)
    schema = create_schema(personalize, unique, SCHEMA | {"name": "Items", "fields": [
        {"name": "ITEM_ID", "type": "string"}, {"name": "GENRES", "type": ["null", "string"], "categorical": True}]})
    code, message = error_of(
        personalize.create_dataset, name=unique, datasetGroupArn=group, schemaArn=schema, datasetType="Interactions")
    assert code == "InvalidInputException" and "INTERACTIONS" in message.upper()
    create_dataset(personalize, unique, group, schema, "Items")


def test_a_schema_without_a_required_column_makes_no_dataset(personalize, unique):
    group = create_group(personalize, unique)
    fields = [field for field in SCHEMA["fields"] if field["name"] != "USER_ID"]
    try:
        schema = create_schema(personalize, unique, SCHEMA | {"fields": fields})
        personalize.create_dataset(name=unique, datasetGroupArn=group, schemaArn=schema, datasetType="Interactions")
        raise AssertionError("accepted")
    except personalize.exceptions.InvalidInputException as error:
        assert "USER_ID" in str(error)


def test_a_dataset_needs_what_it_names(personalize, unique):
    group = create_group(personalize, unique)
    schema = create_schema(personalize, unique)
    create = personalize.create_dataset
    assert error_code(create, name=unique, datasetGroupArn=f"{MISSING}:dataset-group/none", schemaArn=schema,
                      datasetType="Interactions") == "ResourceNotFoundException"
    assert error_code(create, name=unique, datasetGroupArn=group, schemaArn=f"{MISSING}:schema/none",
                      datasetType="Interactions") == "ResourceNotFoundException"
    code, message = error_of(create, name=unique, datasetGroupArn=group, schemaArn=schema, datasetType="Shoes")
    assert code == "InvalidInputException" and "datasetType" in message
    code, message = error_of(create, name=unique, datasetGroupArn="nonsense", schemaArn=schema, datasetType="Items")
    assert code == "InvalidInputException"
    assert "Value 'nonsense' at 'datasetGroupArn' failed to satisfy constraint: Member must satisfy regular" in message


@pytest.mark.parametrize("function,parameter,kind", [
    ("describe_schema", "schemaArn", "schema"), ("describe_dataset_group", "datasetGroupArn", "dataset-group"),
    ("describe_dataset", "datasetArn", "dataset"),
    ("describe_dataset_import_job", "datasetImportJobArn", "dataset-import-job"),
    ("describe_solution", "solutionArn", "solution"),
    ("describe_solution_version", "solutionVersionArn", "solution"),
    ("get_solution_metrics", "solutionVersionArn", "solution"), ("describe_campaign", "campaignArn", "campaign"),
    ("describe_recipe", "recipeArn", "recipe"), ("delete_schema", "schemaArn", "schema"),
    ("delete_dataset_group", "datasetGroupArn", "dataset-group"), ("delete_dataset", "datasetArn", "dataset"),
    ("delete_solution", "solutionArn", "solution"), ("delete_campaign", "campaignArn", "campaign"),
    ("create_solution_version", "solutionArn", "solution"),
])
def test_what_does_not_exist_is_not_found(personalize, function, parameter, kind):
    code, message = error_of(getattr(personalize, function), **{parameter: f"{MISSING}:{kind}/none"})
    assert code == "ResourceNotFoundException" and f"{kind}/none" in message


def test_an_arn_of_another_kind_is_not_found(stack, personalize):
    assert error_code(personalize.describe_solution, solutionArn=stack.campaign) == "ResourceNotFoundException"
    assert error_code(personalize.describe_campaign, campaignArn=stack.group) == "ResourceNotFoundException"


def test_tags_are_taken_at_creation(personalize, unique):
    create_group(personalize, unique, tags=[{"tagKey": "team", "tagValue": "films"}, {"tagKey": "x", "tagValue": ""}])


@pytest.mark.parametrize("tags,code", [
    ([{"tagKey": "a", "tagValue": "1"}, {"tagKey": "a", "tagValue": "2"}], "InvalidInputException"),
    ([{"tagKey": "aws:a", "tagValue": "1"}], "InvalidInputException"),
    ([{"tagKey": "a#b", "tagValue": "1"}], "InvalidInputException"),
    ([{"tagKey": f"k{number}", "tagValue": "1"} for number in range(51)], "TooManyTagsException"),
])
def test_tags_that_break_the_rules_are_refused(personalize, unique, tags, code):
    assert error_code(personalize.create_dataset_group, name=unique, tags=tags) == code
    assert error_code(
        personalize.describe_dataset_group,
        datasetGroupArn=f"{MISSING}:dataset-group/{unique}") == "ResourceNotFoundException"
